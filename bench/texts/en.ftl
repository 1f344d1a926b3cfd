bench-topic = Benchmark
