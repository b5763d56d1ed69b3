CREATE TABLE security_group (
  id serial NOT NULL,
  description character varying NOT NULL,
  group_name character varying NOT NULL,
  owner_id character varying,
  group_id character varying,
  region character varying NOT NULL DEFAULT default_aws_region(),
  vpc_id integer,
  CONSTRAINT "PK_08670ec0c305866dbfbfe004cb8" PRIMARY KEY (id),
  CONSTRAINT "UQ_groupNameByVpc" UNIQUE NULLS NOT DISTINCT (group_name, vpc_id, region),
  CONSTRAINT uq_security_group_region UNIQUE (id, region),
  CONSTRAINT uq_security_group_id_region UNIQUE (group_id, region),
  CONSTRAINT "FK_342e5da27cd7a3ab1712cdecece" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region),
  CONSTRAINT "FK_433340ca24146a956ba6eac946e" FOREIGN KEY (region) REFERENCES aws_regions (region)
);
CREATE INDEX security_group_vpc ON security_group (vpc_id);

-- UQ_rule: all that makes two rules the same to AWS, the description left out.
CREATE TABLE security_group_rule (
  id serial NOT NULL,
  security_group_rule_id character varying,
  is_egress boolean NOT NULL,
  ip_protocol character varying,
  from_port integer,
  to_port integer,
  cidr_ipv4 cidr,
  cidr_ipv6 cidr,
  prefix_list_id character varying,
  description character varying,
  region character varying NOT NULL DEFAULT default_aws_region(),
  security_group_id integer,
  source_security_group integer,
  CONSTRAINT "PK_f4c5f95331113ce4a2e1978a076" PRIMARY KEY (id),
  CONSTRAINT "UQ_rule" UNIQUE NULLS NOT DISTINCT (
    is_egress, ip_protocol, from_port, to_port, cidr_ipv4, security_group_id, region, cidr_ipv6,
    prefix_list_id, source_security_group),
  CONSTRAINT uq_security_group_rule_region UNIQUE (id, region),
  CONSTRAINT uq_security_group_rule_id_region UNIQUE (security_group_rule_id, region),
  CONSTRAINT "FK_2b4317dc68b3ba8fa5c9d4067c9" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_54ae7b1b4edcb70ecce8499e76f" FOREIGN KEY (security_group_id, region)
    REFERENCES security_group (id, region),
  CONSTRAINT "FK_6c6a7f58211fed8abb79e6c913f" FOREIGN KEY (source_security_group)
    REFERENCES security_group (id),
  -- Either addresses (ports needed) or a source group. 0.0.0.0/0 beside a source group is
  -- accepted and means nothing.
  CONSTRAINT "Check_security_or_ip_permissions" CHECK (
    (source_security_group IS NULL
      AND from_port IS NOT NULL AND to_port IS NOT NULL
      AND (cidr_ipv4 IS NOT NULL OR cidr_ipv6 IS NOT NULL OR prefix_list_id IS NOT NULL))
    OR (source_security_group IS NOT NULL
      AND (cidr_ipv4 IS NULL OR cidr_ipv4 = '0.0.0.0/0')
      AND cidr_ipv6 IS NULL)
  )
);
CREATE INDEX security_group_rule_group ON security_group_rule (security_group_id);
CREATE INDEX security_group_rule_source ON security_group_rule (source_security_group);
