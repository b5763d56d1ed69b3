CREATE TYPE access_key_status_enum AS ENUM ('Active', 'Inactive');

CREATE TABLE iam_user (
  arn varchar,
  user_name varchar CONSTRAINT iam_user_pkey PRIMARY KEY,
  create_date timestamptz NOT NULL DEFAULT now(),
  path varchar,
  user_id varchar,
  attached_policies_arns text[]
);
-- IAM does not tell names apart by case.
CREATE UNIQUE INDEX iam_user_name_any_case_key ON iam_user (lower(user_name));
COMMENT ON TABLE iam_user IS 'IAM users.';
COMMENT ON COLUMN iam_user.arn IS 'Assigned by AWS.';
COMMENT ON COLUMN iam_user.create_date IS 'Assigned by AWS.';
COMMENT ON COLUMN iam_user.path IS 'Groups users in their ARNs: / or /team/. NULL means /.';
COMMENT ON COLUMN iam_user.user_id IS 'Assigned by AWS.';
COMMENT ON COLUMN iam_user.attached_policies_arns IS 'ARNs of the attached managed policies, in any order.';

CREATE TABLE access_key (
  id serial CONSTRAINT access_key_pkey PRIMARY KEY,
  access_key_id varchar NOT NULL CONSTRAINT access_key_access_key_id_key UNIQUE,
  create_date timestamptz NOT NULL DEFAULT now(),
  status access_key_status_enum,
  user_name varchar NOT NULL CONSTRAINT access_key_user_name_fkey REFERENCES iam_user (user_name)
);
CREATE INDEX access_key_user_name_idx ON access_key (user_name);
COMMENT ON TABLE access_key IS
  'Access keys of IAM users, without their secrets. Created by access_key_request(user_name).';
COMMENT ON COLUMN access_key.status IS 'Active or Inactive.';

CREATE TABLE iam_role (
  arn varchar,
  role_name varchar CONSTRAINT iam_role_pkey PRIMARY KEY,
  assume_role_policy_document jsonb NOT NULL,
  description varchar,
  attached_policies_arns text[]
);
CREATE UNIQUE INDEX iam_role_name_any_case_key ON iam_role (lower(role_name));
COMMENT ON TABLE iam_role IS
  'IAM roles. One that EC2 may assume has an instance profile of the same name. Service-linked roles are protected.';
COMMENT ON COLUMN iam_role.arn IS 'Assigned by AWS.';
COMMENT ON COLUMN iam_role.assume_role_policy_document IS 'The trust policy: who may assume the role.';
COMMENT ON COLUMN iam_role.attached_policies_arns IS 'ARNs of the attached managed policies, in any order.';

-- Answered by the operator: iasql.call waits for it.
CREATE FUNCTION access_key_request(user_name varchar)
RETURNS TABLE (status varchar, message varchar, accesskeyid varchar, secretaccesskey varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('access_key_request', $1))
    AS r (status varchar, message varchar, accesskeyid varchar, secretaccesskey varchar)
$$;
REVOKE ALL ON FUNCTION access_key_request(varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_key_request(varchar) TO iasql_user;
COMMENT ON FUNCTION access_key_request(varchar) IS
  '{"description": "Makes an access key and shows its secret once", "sample_usage": "SELECT * FROM access_key_request(''deployer'')"}';

CREATE FUNCTION set_user_password(
  user_name varchar, password varchar, reset_password varchar DEFAULT 'false')
RETURNS TABLE (status varchar, message varchar)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM jsonb_to_recordset(iasql.call('set_user_password', $1, $2, $3))
    AS r (status varchar, message varchar)
$$;
REVOKE ALL ON FUNCTION set_user_password(varchar, varchar, varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_user_password(varchar, varchar, varchar) TO iasql_user;
COMMENT ON FUNCTION set_user_password(varchar, varchar, varchar) IS
  '{"description": "Gives an IAM user a password for the console; an empty one takes it away", "sample_usage": "SELECT * FROM set_user_password(''ann'', ''...'')"}';
