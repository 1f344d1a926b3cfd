export { type Booking, bookMoment, type SharedPace } from "./book-moment.ts";
export {
  afterCommit,
  brokenConstraint,
  type Database,
  type Db,
  inTransaction,
  notify,
  openDatabase,
  sqlState,
  type Tx,
  withCommit,
} from "./database.ts";
export { agreeOnFact } from "./fact.ts";
export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
export { measureDatabase } from "./measure-database.ts";
export { pruneRows } from "./prune-rows.ts";
export { createLease, type Lease, type LeaseHolder, leaseHolder } from "./lease.ts";
export { createListener, type Listener } from "./listener.ts";
export { nameProcess } from "./process-name.ts";
export { migrate, type MigrationSource, type MigrationState, migrationState } from "./migrate.ts";
