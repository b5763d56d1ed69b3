-- What the engine locks: tables, because an advisory lock is anybody's who may connect, and these are nobody else's. They
-- have no columns.
CREATE TABLE iasql.commit_lock ();
CREATE TABLE iasql.install_lock ();
CREATE TABLE iasql.manifest_lock ();

-- Held for the length of a PostgreSQL transaction by the engine while it runs SQL of a manifest; that SQL cannot let go
-- of it (PostgreSQL manual, LOCK).
CREATE OR REPLACE FUNCTION iasql.in_manifest() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM pg_locks
                  WHERE pid = pg_backend_pid() AND locktype = 'relation'
                    AND relation = 'iasql.manifest_lock'::regclass AND mode = 'RowShareLock')
$$;
