-- A step may also take references away, so that what they name can go.
ALTER TABLE iasql.action DROP CONSTRAINT action_kind_check;
ALTER TABLE iasql.action ADD CONSTRAINT action_kind_check
  CHECK (kind IN ('CREATE', 'UPDATE', 'RELEASE', 'DELETE'));
COMMENT ON COLUMN iasql.action.desired IS
  'What a creation asked for, or what a compensation brings back; without write-only values.';
COMMENT ON COLUMN iasql.transaction.sql IS
  'Empty once the transaction has ended: it may hold values that must not be kept.';
