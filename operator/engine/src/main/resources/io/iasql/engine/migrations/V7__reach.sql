-- What refers to a row that is deleted or replaced: the first few, and how many more.
ALTER TABLE iasql.plan_change ADD COLUMN dependants jsonb NOT NULL DEFAULT '[]';
