-- Settings end with the text that made them: the driver gives up a connection whose DateStyle or encoding changes.
CREATE OR REPLACE FUNCTION iasql.run_as_user(statements text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  EXECUTE statements;
  RESET ALL;
END
$$;
