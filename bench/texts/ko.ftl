bench-topic = 벤치마크
