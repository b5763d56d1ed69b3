CREATE TABLE aws_credentials (
  id serial CONSTRAINT aws_credentials_pkey PRIMARY KEY,
  access_key_id varchar NOT NULL,
  secret_access_key varchar NOT NULL,
  session_token varchar,
  CONSTRAINT aws_credentials_access_key_id_key UNIQUE (access_key_id)
);
COMMENT ON TABLE aws_credentials IS
  'The access key of the AwsConnection, masked; empty where credentials come from a role. Read-only.';

CREATE TABLE aws_regions (
  region varchar CONSTRAINT aws_regions_pkey PRIMARY KEY,
  is_default boolean NOT NULL DEFAULT false,
  is_enabled boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE aws_regions IS 'The regions that the account can use.';
COMMENT ON COLUMN aws_regions.is_default IS
  'Where rows go that name no region; one row at most. Set with default_aws_region(...).';
COMMENT ON COLUMN aws_regions.is_enabled IS 'Whether the resources of the region are mirrored.';

CREATE FUNCTION aws_credentials_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> (SELECT pg_catalog.pg_get_userbyid(relowner) FROM pg_catalog.pg_class WHERE oid = TG_RELID) THEN
    RAISE EXCEPTION 'AWS credentials are not kept in the database: aws_credentials is read-only'
      USING ERRCODE = 'insufficient_privilege',
            HINT = 'Credentials come from the AwsConnection resource of this environment. Put AWS_ACCESS_KEY_ID and '
              'AWS_SECRET_ACCESS_KEY into the Secret named in its spec.credentials.secretRef, or name a role in '
              'spec.credentials.assumeRole.';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER aws_credentials_read_only
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aws_credentials
  FOR EACH STATEMENT EXECUTE FUNCTION aws_credentials_trigger();

-- Region flagged as default, or us-east-1: the default of every region column.
CREATE FUNCTION default_aws_region() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT region FROM public.aws_regions WHERE is_default), 'us-east-1')
$$;

CREATE FUNCTION default_aws_region(r text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.aws_regions WHERE region = r) THEN
    RAISE EXCEPTION 'unknown AWS region: %', coalesce(r, 'NULL')
      USING ERRCODE = 'invalid_parameter_value',
            HINT = 'SELECT region FROM aws_regions lists the regions of this account.';
  END IF;
  UPDATE public.aws_regions SET is_default = false WHERE is_default AND region <> r;
  UPDATE public.aws_regions SET is_default = true WHERE region = r AND NOT is_default;
  RETURN r;
END $$;

-- The check runs after the statement, so that one statement may move the flag from row to row.
CREATE FUNCTION aws_default_region_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Two transactions that each set a default do not see each other's row: the second waits here.
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('aws_regions.is_default', 0));
  IF (SELECT count(*) FROM public.aws_regions WHERE is_default) > 1 THEN
    RAISE EXCEPTION 'Only one AWS region may be the default'
      USING ERRCODE = 'unique_violation',
            HINT = 'SELECT default_aws_region(''eu-west-1'') moves the default to another region.';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER aws_default_region
  AFTER INSERT OR UPDATE OF is_default ON aws_regions
  FOR EACH STATEMENT EXECUTE FUNCTION aws_default_region_trigger();

-- AWS's own list proposes the connection's default region; a default that people chose stays.
CREATE FUNCTION aws_default_region_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM public.aws_regions WHERE is_default)
      AND current_user = (SELECT pg_catalog.pg_get_userbyid(relowner) FROM pg_catalog.pg_class WHERE oid = TG_RELID) THEN
    NEW.is_default := false;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER aws_default_region_proposal
  BEFORE INSERT ON aws_regions
  FOR EACH ROW WHEN (NEW.is_default) EXECUTE FUNCTION aws_default_region_proposal();
