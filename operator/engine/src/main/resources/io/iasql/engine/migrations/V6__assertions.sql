-- Queries that people declare as assertions: run with the rights of iasql_user, to whom the engine gives the function,
-- like run_as_user. A cursor takes one query and nothing else.
CREATE FUNCTION iasql.rows_as_user(query text, most int) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  answer refcursor;
  one record;
BEGIN
  OPEN answer NO SCROLL FOR EXECUTE query;
  FOR n IN 1..most LOOP
    FETCH answer INTO one;
    EXIT WHEN NOT FOUND;
    RETURN NEXT to_json(one)::text;
  END LOOP;
  CLOSE answer;
END
$$;
REVOKE ALL ON FUNCTION iasql.rows_as_user(text, int) FROM PUBLIC;

-- What a transaction brings of its own; the environment's are in its declaration.
ALTER TABLE iasql.transaction ADD COLUMN assertions jsonb NOT NULL DEFAULT '[]';
