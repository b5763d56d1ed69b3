-- The original's functions in psql: what people write waits in a list, calls reach the engine, answers come back.

-- Writes -----------------------------------------------------------------------------------------------------------

-- What people have written and no transaction has taken yet: sent to the cloud by the next commit, never overwritten
-- by a sync.
CREATE TABLE iasql.pending (audit_id bigint PRIMARY KEY REFERENCES public.iasql_audit_log (id) ON DELETE CASCADE);

CREATE OR REPLACE FUNCTION public.iasql_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  entry jsonb := '{}';
  written bigint;
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    entry := entry || jsonb_build_object('original', iasql.masked(TG_TABLE_NAME, to_jsonb(OLD)));
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    entry := entry || jsonb_build_object('change', iasql.masked(TG_TABLE_NAME, to_jsonb(NEW)));
  END IF;
  INSERT INTO public.iasql_audit_log (ts, "user", table_name, change_type, change)
  VALUES (now(), SESSION_USER, TG_TABLE_NAME, TG_OP::public.iasql_audit_log_change_type_enum, entry::json)
  RETURNING id INTO written;
  -- The engine writes as the owner.
  IF SESSION_USER <> CURRENT_USER THEN
    INSERT INTO iasql.pending (audit_id) VALUES (written);
    -- PostgreSQL sends it once, when the writes are committed.
    PERFORM pg_notify('iasql', 'write');
  END IF;
  RETURN NULL;
END
$$;

-- The open transaction of people: at most one in an environment, shared by all sessions.
CREATE TABLE iasql.open_transaction (
  id text NOT NULL,
  opened_by text NOT NULL,
  opened_at timestamptz NOT NULL,
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));

-- A commit of written rows has no SQL of its own.
ALTER TABLE iasql.transaction ADD COLUMN draft text NOT NULL DEFAULT 'STATEMENTS'
  CHECK (draft IN ('STATEMENTS', 'PENDING'));

-- What was written where plans wait for approval: the operator makes a SqlTransaction of it.
CREATE TABLE iasql.proposal (
  id text PRIMARY KEY,
  author text NOT NULL,
  description text NOT NULL,
  sql text NOT NULL,
  plan_id text NOT NULL,
  proposed_at timestamptz NOT NULL);

-- Calls ------------------------------------------------------------------------------------------------------------

CREATE TABLE iasql.call (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  function text NOT NULL,
  arguments text[] NOT NULL,
  caller text NOT NULL,
  pid int NOT NULL,
  backend_start timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'ASKED' CHECK (state IN ('ASKED', 'RUNNING', 'ANSWERED', 'FAILED', 'CANCELLED')),
  progress text NOT NULL DEFAULT '',
  result jsonb,
  error text,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX call_asked ON iasql.call (id) WHERE state IN ('ASKED', 'RUNNING');

-- Held for the length of a PostgreSQL transaction by the engine while it runs SQL of a manifest; such a lock cannot
-- be let go of by that SQL (PostgreSQL manual, Advisory Lock Functions).
CREATE FUNCTION iasql.in_manifest() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM pg_locks
                  WHERE pid = pg_backend_pid() AND locktype = 'advisory'
                    AND classid = 1767994225 AND objid = 1811939331 AND objsubid = 1)
$$;

-- Runs in the loopback session, which ends with the caller's: whoever looks for it sees whether somebody still waits.
CREATE FUNCTION iasql.ask(function_name text, args text[], login text) RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  question bigint;
BEGIN
  INSERT INTO iasql.call (function, arguments, caller, pid, backend_start)
  SELECT function_name, args, login, pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
  RETURNING id INTO question;
  PERFORM pg_notify('iasql', 'call');
  RETURN question;
END
$$;

CREATE FUNCTION iasql.cancel(call_id bigint) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE iasql.call SET state = 'CANCELLED' WHERE id = call_id AND state IN ('ASKED', 'RUNNING');
  PERFORM pg_notify('iasql', 'cancel');
END
$$;

-- The row of an answered call goes with the answer: it may hold a secret that is given out once.
CREATE FUNCTION iasql.answer(call_id bigint, OUT state text, OUT progress text, OUT result jsonb, OUT error text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Each statement sees what was committed before it: the answer may come between two of them.
  LOOP
    DELETE FROM iasql.call c WHERE c.id = call_id AND c.state IN ('ANSWERED', 'FAILED', 'CANCELLED')
    RETURNING c.state, c.progress, c.result, c.error INTO state, progress, result, error;
    EXIT WHEN FOUND;
    SELECT c.state, c.progress INTO state, progress FROM iasql.call c
     WHERE c.id = call_id AND c.state IN ('ASKED', 'RUNNING');
    EXIT WHEN FOUND;
    EXIT WHEN NOT EXISTS (SELECT 1 FROM iasql.call c WHERE c.id = call_id);
  END LOOP;
END
$$;

-- Asks the engine and waits. The question leaves through a connection of its own, because nobody sees what this
-- PostgreSQL transaction writes before its end.
CREATE FUNCTION iasql.call(function_name text, VARIADIC args text[] DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_connection_check_interval = '1s' AS $$
DECLARE
  question bigint;
  answer record;
  told text := '';
  pause float := 0.001;
  began timestamptz := clock_timestamp();
  warned boolean := false;
BEGIN
  IF to_regprocedure('iasql.dblink_connect(text,text)') IS NULL THEN
    RAISE EXCEPTION 'Error: %() cannot reach the operator, because the extension dblink is missing', function_name
      USING ERRCODE = 'undefined_object',
            HINT = 'An administrator of the server runs in this database: CREATE EXTENSION dblink SCHEMA iasql';
  END IF;
  IF iasql.in_manifest() THEN
    RAISE EXCEPTION 'Error: %() cannot be called from the SQL of a SqlTransaction', function_name
      USING ERRCODE = 'feature_not_supported', HINT = 'Leave it out: the operator plans and commits that SQL itself.';
  END IF;
  IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
    RAISE EXCEPTION 'Error: %() does not see the changes of this PostgreSQL transaction, because they are not committed', function_name
      USING ERRCODE = 'active_sql_transaction', HINT = 'COMMIT first, then call it (psql: leave BEGIN out, or \set AUTOCOMMIT on).';
  END IF;
  IF 'iasql_call' = ANY (iasql.dblink_get_connections()) THEN
    PERFORM iasql.dblink_disconnect('iasql_call');
  END IF;
  PERFORM iasql.dblink_connect('iasql_call', 'iasql_loopback');
  BEGIN
    SELECT id INTO question FROM iasql.dblink('iasql_call',
      format('SELECT iasql.ask(%L, %L, %L)', function_name, args, session_user)) AS t (id bigint);
    LOOP
      SELECT * INTO answer FROM iasql.dblink('iasql_call', format('SELECT * FROM iasql.answer(%s)', question))
        AS t (state text, progress text, result jsonb, error text);
      IF answer.progress <> told THEN
        told := answer.progress;
        RAISE NOTICE '%', told;
      END IF;
      EXIT WHEN answer.state IS NULL OR answer.state IN ('ANSWERED', 'FAILED', 'CANCELLED');
      IF answer.state = 'ASKED' AND NOT warned AND clock_timestamp() > began + interval '10 seconds' THEN
        warned := true;
        RAISE NOTICE 'the operator has not taken up the call yet; still waiting, Ctrl-C withdraws it';
      END IF;
      PERFORM pg_sleep(pause);
      pause := least(pause * 1.5, 0.02);
    END LOOP;
  EXCEPTION
    WHEN query_canceled THEN
      IF question IS NOT NULL THEN
        PERFORM iasql.dblink_exec('iasql_call', format('DO $d$BEGIN PERFORM iasql.cancel(%s); END$d$', question));
      END IF;
      PERFORM iasql.dblink_disconnect('iasql_call');
      RAISE;
    WHEN OTHERS THEN
      PERFORM iasql.dblink_disconnect('iasql_call');
      RAISE;
  END;
  PERFORM iasql.dblink_disconnect('iasql_call');
  IF answer.state IS DISTINCT FROM 'ANSWERED' THEN
    RAISE EXCEPTION 'Error: %', coalesce(answer.error, 'the call was withdrawn');
  END IF;
  RETURN answer.result;
END
$$;
DO $$
DECLARE
  own regprocedure;
BEGIN
  -- Where an administrator made dblink, its functions are not ours to revoke; nobody else may use the schema anyway.
  FOR own IN
    SELECT oid FROM pg_proc WHERE pronamespace = 'iasql'::regnamespace AND pg_has_role(proowner, 'USAGE')
  LOOP
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', own);
  END LOOP;
END
$$;

-- The functions of the original ------------------------------------------------------------------------------------

CREATE FUNCTION public.iasql_begin() RETURNS TABLE (message varchar, transaction_id varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_begin')) AS r (message varchar, transaction_id varchar)
$$;
COMMENT ON FUNCTION public.iasql_begin() IS '{"description": "Opens a transaction: changes wait until iasql_commit() or iasql_rollback()", "sample_usage": "SELECT * FROM iasql_begin()"}';

CREATE FUNCTION public.iasql_preview()
RETURNS TABLE (action varchar, table_name varchar, id varchar, description varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_preview'))
    AS r (action varchar, table_name varchar, id varchar, description varchar)
$$;
COMMENT ON FUNCTION public.iasql_preview() IS '{"description": "Shows what iasql_commit() would do", "sample_usage": "SELECT * FROM iasql_preview()"}';

CREATE FUNCTION public.iasql_commit(message varchar DEFAULT NULL)
RETURNS TABLE (action varchar, table_name varchar, id varchar, description varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_commit', $1))
    AS r (action varchar, table_name varchar, id varchar, description varchar)
$$;
COMMENT ON FUNCTION public.iasql_commit(varchar) IS '{"description": "Commits the open transaction to the cloud, or has it wait for approval where the environment asks for that", "sample_usage": "SELECT * FROM iasql_commit()"}';

CREATE FUNCTION public.iasql_rollback(force boolean DEFAULT false)
RETURNS TABLE (action varchar, table_name varchar, id varchar, description varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_rollback', $1::text))
    AS r (action varchar, table_name varchar, id varchar, description varchar)
$$;
COMMENT ON FUNCTION public.iasql_rollback(boolean) IS '{"description": "Takes back what was written since iasql_begin()", "sample_usage": "SELECT * FROM iasql_rollback()"}';

CREATE FUNCTION public.iasql_install(VARIADIC _args text[] DEFAULT '{}')
RETURNS TABLE (module_name varchar, created_table_name varchar, record_count integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_install', VARIADIC $1))
    AS r (module_name varchar, created_table_name varchar, record_count integer)
$$;
COMMENT ON FUNCTION public.iasql_install(text[]) IS '{"description": "Installs modules with all they depend on and reads their resources", "sample_usage": "SELECT * FROM iasql_install(''aws_s3'', ''aws_sqs'')"}';

CREATE FUNCTION public.iasql_uninstall(VARIADIC _args text[] DEFAULT '{}')
RETURNS TABLE (module_name varchar, dropped_table_name varchar, record_count integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_uninstall', VARIADIC $1))
    AS r (module_name varchar, dropped_table_name varchar, record_count integer)
$$;
COMMENT ON FUNCTION public.iasql_uninstall(text[]) IS '{"description": "Takes modules and their tables out of the database; the cloud stays as it is", "sample_usage": "SELECT * FROM iasql_uninstall(''aws_sqs'')"}';

CREATE FUNCTION public.iasql_modules_list()
RETURNS TABLE (module_name varchar, module_version varchar, dependencies json)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_modules_list'))
    AS r (module_name varchar, module_version varchar, dependencies json)
$$;
COMMENT ON FUNCTION public.iasql_modules_list() IS '{"description": "Lists every module there is", "sample_usage": "SELECT * FROM iasql_modules_list()"}';

CREATE FUNCTION public.iasql_get_sql_since(limit_date timestamptz DEFAULT NULL) RETURNS TABLE (sql varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_get_sql_since', $1::text)) AS r (sql varchar)
$$;
COMMENT ON FUNCTION public.iasql_get_sql_since(timestamptz) IS '{"description": "Gives SQL that makes the same changes in another environment", "sample_usage": "SELECT * FROM iasql_get_sql_since((now() - interval ''2 hours'')::text)"}';

-- PostgreSQL casts no text to timestamptz by itself, and people pass text.
CREATE FUNCTION public.iasql_get_sql_since(limit_date text) RETURNS TABLE (sql varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM public.iasql_get_sql_since($1::timestamptz)
$$;

CREATE FUNCTION public.iasql_get_sql_for_transaction(transaction_id varchar DEFAULT NULL) RETURNS TABLE (sql varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_get_sql_for_transaction', $1)) AS r (sql varchar)
$$;
COMMENT ON FUNCTION public.iasql_get_sql_for_transaction(varchar) IS '{"description": "Gives the SQL of one transaction", "sample_usage": "SELECT * FROM iasql_get_sql_for_transaction(''0b0e6f5a-6f3e-4a39-9a53-2f4be3a0a4f1'')"}';

CREATE FUNCTION public.iasql_create_review(
  title varchar DEFAULT 'New Review', description varchar DEFAULT 'Review description')
RETURNS TABLE (markdown text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('iasql_create_review', $1, $2)) AS r (markdown text)
$$;
COMMENT ON FUNCTION public.iasql_create_review(varchar, varchar) IS '{"description": "Gives the open transaction''s plan and SQL as Markdown", "sample_usage": "SELECT * FROM iasql_create_review(''Shop logs'', ''Why we need them'')"}';

CREATE FUNCTION public.iasql_modules_installed()
RETURNS TABLE (module_name text, module_version text, dependencies varchar[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT split_part(m.name, '@', 1), split_part(m.name, '@', 2),
         ARRAY(SELECT d.dependency FROM public.iasql_dependencies d WHERE d.module = m.name ORDER BY 1)
    FROM public.iasql_module m ORDER BY 1
$$;
COMMENT ON FUNCTION public.iasql_modules_installed() IS '{"description": "Lists the installed modules", "sample_usage": "SELECT * FROM iasql_modules_installed()"}';

CREATE TABLE iasql.setting (name text PRIMARY KEY, value text NOT NULL);

CREATE FUNCTION public.iasql_version() RETURNS TABLE (version text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT value FROM iasql.setting WHERE name = 'version'
$$;
COMMENT ON FUNCTION public.iasql_version() IS '{"description": "The version of the modules", "sample_usage": "SELECT * FROM iasql_version()"}';

CREATE FUNCTION public.iasql_get_errors() RETURNS TABLE (ts timestamptz, message varchar)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.ts, l.message FROM public.iasql_audit_log l WHERE l.change_type = 'ERROR' ORDER BY l.id DESC LIMIT 500
$$;
COMMENT ON FUNCTION public.iasql_get_errors() IS '{"description": "The newest errors first", "sample_usage": "SELECT * FROM iasql_get_errors()"}';

-- The functions and types that came with each module; those of the engine are not in it.
CREATE TABLE iasql.module_object (
  module text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('FUNCTION', 'TYPE')),
  object oid NOT NULL,
  PRIMARY KEY (kind, object));

CREATE FUNCTION public.iasql_help()
RETURNS TABLE (module varchar, name varchar, signature varchar, description varchar, sample_usage varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(f.module, 'iasql_functions'), p.proname,
         '(' || pg_get_function_arguments(p.oid) || ') => '
             || CASE WHEN p.proretset THEN regexp_replace(pg_get_function_result(p.oid), '^TABLE', '')
                     ELSE '(' || pg_get_function_result(p.oid) || ')' END,
         coalesce(c.comment ->> 'description', ''), coalesce(c.comment ->> 'sample_usage', '')
    FROM pg_proc p
    LEFT JOIN iasql.module_object f ON f.object = p.oid AND f.kind = 'FUNCTION'
    CROSS JOIN LATERAL (SELECT CASE WHEN d ~ '^\s*\{' THEN d::json END AS comment
                          FROM obj_description(p.oid, 'pg_proc') AS d) c
   WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
     AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
   ORDER BY 1, 2, 3
$$;
COMMENT ON FUNCTION public.iasql_help() IS '{"description": "Lists the functions", "sample_usage": "SELECT * FROM iasql_help()"}';

CREATE FUNCTION iasql.deprecated(old text, new text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%() has been deprecated in favor of %()', old, new;
END
$$;
REVOKE ALL ON FUNCTION iasql.deprecated(text, text) FROM PUBLIC;

DO $$
DECLARE
  stub record;
BEGIN
  FOR stub IN SELECT * FROM (VALUES ('iasql_apply', 'iasql_commit'), ('iasql_sync', 'iasql_commit'),
      ('iasql_preview_apply', 'iasql_preview'), ('iasql_preview_sync', 'iasql_preview')) AS s (old, new) LOOP
    EXECUTE format($f$
      CREATE FUNCTION public.%1$I() RETURNS TABLE (action varchar, table_name varchar, id varchar, description varchar)
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $b$
      BEGIN
        PERFORM iasql.deprecated(%1$L, %2$L);
      END $b$ $f$, stub.old, stub.new);
    EXECUTE format('COMMENT ON FUNCTION public.%I() IS %L', stub.old,
      json_build_object('description', 'Deprecated in favor of ' || stub.new || '()', 'sample_usage', '')::text);
  END LOOP;
END
$$;

CREATE FUNCTION public.try_cast(_in text, INOUT _out anyelement) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('SELECT %L::%s', $1, pg_typeof(_out)) INTO _out;
EXCEPTION WHEN others THEN
  _out := NULL;
END
$$;

-- With the rights of the caller, so that it reaches what the caller may delete. What comes with the account cannot be
-- deleted and is left out by the engine's own check of the plan.
CREATE FUNCTION public.delete_all_records() RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target text;
  left_over int;
BEGIN
  FOR pass IN 1..20 LOOP
    left_over := 0;
    FOR target IN
      SELECT t."table" FROM public.iasql_tables t
       WHERE t."table" NOT IN ('aws_credentials', 'aws_regions') ORDER BY 1
    LOOP
      BEGIN
        EXECUTE format('DELETE FROM public.%I', target);
      EXCEPTION WHEN foreign_key_violation OR raise_exception THEN
        left_over := left_over + 1;
      END;
    END LOOP;
    EXIT WHEN left_over = 0;
  END LOOP;
END
$$;
COMMENT ON FUNCTION public.delete_all_records() IS '{"description": "Deletes every row of the modules'' tables, but for credentials and regions", "sample_usage": "SELECT delete_all_records()"}';

-- Reading is for whoever may log in; these change something.
REVOKE ALL ON FUNCTION public.iasql_begin(), public.iasql_commit(varchar), public.iasql_rollback(boolean),
  public.iasql_install(text[]), public.iasql_uninstall(text[]), public.delete_all_records() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.iasql_begin(), public.iasql_commit(varchar), public.iasql_rollback(boolean),
  public.iasql_install(text[]), public.iasql_uninstall(text[]), public.delete_all_records() TO iasql_user;
