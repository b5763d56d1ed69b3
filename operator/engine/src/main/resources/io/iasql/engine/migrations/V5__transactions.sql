-- Parameters of a transaction: bound for the length of a PostgreSQL transaction, kept nowhere.

-- The key of the hashes that stand for parameters; read by the engine alone.
INSERT INTO iasql.setting (name, value)
SELECT 'parameter-key', encode(sha256(string_agg(uuid_send(gen_random_uuid()), ''::bytea)), 'hex') FROM generate_series(1, 4);

-- The values are in a temporary table that the engine fills by COPY: so they are in no statement that PostgreSQL logs or
-- pg_stat_activity shows. Nobody but the owner may make temporary tables here.
CREATE FUNCTION public.iasql_parameter(name text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  answer text;
  known text;
BEGIN
  IF to_regclass('pg_temp.iasql_parameter') IS NOT NULL THEN
    EXECUTE 'SELECT value FROM pg_temp.iasql_parameter p WHERE p.name = $1' INTO answer USING $1;
    EXECUTE 'SELECT string_agg(p.name, '', '' ORDER BY p.name) FROM pg_temp.iasql_parameter p' INTO known;
  END IF;
  IF answer IS NULL THEN
    RAISE EXCEPTION 'there is no parameter %', coalesce(quote_literal($1), 'NULL')
      USING ERRCODE = 'undefined_parameter',
            HINT = coalesce('There are ' || known, 'There are none') || '; spec.parameters and spec.parametersFrom of a SqlTransaction give them';
  END IF;
  RETURN answer;
END
$$;
COMMENT ON FUNCTION public.iasql_parameter(text) IS '{"description": "The value of a parameter of the SqlTransaction whose SQL this is", "sample_usage": "INSERT INTO bucket_object (bucket_name, key, content) VALUES (''acme'', ''token'', iasql_parameter(''token''))"}';

-- Whether the SQL runs with parameters, whose values the engine must have been given.
ALTER TABLE iasql.transaction ADD COLUMN has_parameters boolean NOT NULL DEFAULT false;

-- How often a plan was made anew because nobody approved it in time: part of the id that approves it.
ALTER TABLE iasql.plan ADD COLUMN round int NOT NULL DEFAULT 0;

-- What takes another transaction back: its SQL column has the name of that one.
ALTER TABLE iasql.transaction DROP CONSTRAINT transaction_draft_check;
ALTER TABLE iasql.transaction ADD CONSTRAINT transaction_draft_check
  CHECK (draft IN ('STATEMENTS', 'PENDING', 'UNDO'));
