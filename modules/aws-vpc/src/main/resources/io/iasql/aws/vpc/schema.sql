CREATE TYPE endpoint_gateway_service_enum AS ENUM ('dynamodb', 's3');
CREATE TYPE endpoint_interface_dns_name_record_type_enum AS ENUM
  ('dualstack', 'ipv4', 'ipv6', 'service-defined');
-- 'ecr' is the endpoint of ECR's API; pulling images takes 'ecr.dkr' as well.
CREATE TYPE endpoint_interface_service_enum AS ENUM (
  's3', 's3-global.accesspoint', 'execute-api', 'rds', 'logs', 'codebuild', 'codedeploy',
  'codepipeline', 'ec2', 'ecr', 'ecs', 'elasticloadbalancing', 'elasticache', 'lambda',
  'memory-db', 'ecr.dkr');
CREATE TYPE nat_gateway_connectivity_type_enum AS ENUM ('private', 'public');
CREATE TYPE nat_gateway_state_enum AS ENUM
  ('available', 'deleted', 'deleting', 'failed', 'pending');
CREATE TYPE peering_connection_state_enum AS ENUM (
  'active', 'expired', 'failed', 'initiating-request', 'pending-acceptance', 'provisioning',
  'rejected');
CREATE TYPE subnet_state_enum AS ENUM
  ('available', 'pending', 'unavailable', 'failed', 'failed-insufficient-capacity');
CREATE TYPE vpc_state_enum AS ENUM ('available', 'pending');

CREATE TABLE availability_zone (
  name character varying NOT NULL,
  region character varying NOT NULL DEFAULT default_aws_region(),
  CONSTRAINT "PK_16d2ffe3b36dfa0f1de3c280c01" PRIMARY KEY (name),
  CONSTRAINT uq_az_region UNIQUE (name, region),
  CONSTRAINT "FK_9557e4873661a90723a39e5b9c2" FOREIGN KEY (region) REFERENCES aws_regions (region)
);

CREATE TABLE dhcp_options (
  id serial NOT NULL,
  dhcp_options_id character varying,
  dhcp_configurations json,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  CONSTRAINT "PK_8e718fb869791fde6a1e5a3f08e" PRIMARY KEY (id),
  CONSTRAINT uq_dhcp_options_id_region UNIQUE (id, region),
  CONSTRAINT uq_dhcp_options_region UNIQUE (dhcp_options_id, region),
  CONSTRAINT "FK_ed409019eed270dc81df44e80cf" FOREIGN KEY (region) REFERENCES aws_regions (region)
);

CREATE TABLE vpc (
  id serial NOT NULL,
  vpc_id character varying,
  cidr_block character varying NOT NULL,
  state vpc_state_enum,
  is_default boolean NOT NULL DEFAULT false,
  enable_dns_hostnames boolean NOT NULL DEFAULT false,
  enable_dns_support boolean NOT NULL DEFAULT false,
  enable_network_address_usage_metrics boolean NOT NULL DEFAULT false,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  dhcp_options_id integer,
  CONSTRAINT "PK_293725cf47b341e1edc38bd2075" PRIMARY KEY (id),
  CONSTRAINT uq_vpc_id_region UNIQUE (vpc_id, region),
  CONSTRAINT uq_vpc_region UNIQUE (id, region),
  CONSTRAINT "FK_4e3193d811417bcd61e4f305e74" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_cd834c0377f2390d05341b7a883" FOREIGN KEY (dhcp_options_id, region)
    REFERENCES dhcp_options (id, region)
);
CREATE INDEX vpc_dhcp_options ON vpc (dhcp_options_id);

CREATE TABLE network_acl (
  id serial NOT NULL,
  network_acl_id character varying,
  entries json,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  vpc_id integer NOT NULL,
  CONSTRAINT "PK_08d30551742efc4f5fa200dacda" PRIMARY KEY (id),
  CONSTRAINT uq_acl_id_region UNIQUE (id, region),
  CONSTRAINT uq_network_acl_id_region UNIQUE (network_acl_id, region),
  CONSTRAINT "FK_0f9f559664c88e50857392a1dc4" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region) ON DELETE CASCADE,
  CONSTRAINT "FK_9e7779775d1f3c19ccb6f7d79ce" FOREIGN KEY (region) REFERENCES aws_regions (region)
);
CREATE INDEX network_acl_vpc ON network_acl (vpc_id);

CREATE TABLE subnet (
  id serial NOT NULL,
  state subnet_state_enum,
  available_ip_address_count integer,
  cidr_block character varying,
  subnet_id character varying,
  owner_id character varying,
  subnet_arn character varying,
  region character varying NOT NULL DEFAULT default_aws_region(),
  availability_zone character varying NOT NULL,
  vpc_id integer NOT NULL,
  network_acl_id integer,
  CONSTRAINT "PK_27239a6d70e746b9ac33497a47f" PRIMARY KEY (id),
  CONSTRAINT uq_subnet_id_region UNIQUE (subnet_id, region),
  CONSTRAINT uq_subnet_region UNIQUE (id, region),
  CONSTRAINT "FK_01b828964edce6b867e4e554b97" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_0e2c2bf1604ba2ffd4103157d24" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region),
  CONSTRAINT "FK_701856b5cac83db222fc36a127e" FOREIGN KEY (network_acl_id)
    REFERENCES network_acl (id),
  CONSTRAINT "FK_89d16ba5682889f8fae7927052c" FOREIGN KEY (availability_zone, region)
    REFERENCES availability_zone (name, region)
);
CREATE INDEX subnet_vpc ON subnet (vpc_id);
CREATE INDEX subnet_network_acl ON subnet (network_acl_id);

CREATE TABLE elastic_ip (
  id serial NOT NULL,
  allocation_id character varying,
  public_ip character varying,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  CONSTRAINT "PK_8f7ca624855a83f6ce36f8a88a1" PRIMARY KEY (id),
  CONSTRAINT "UQ_7d16382cad0b5eea714bd8d79b1" UNIQUE (public_ip),
  CONSTRAINT elasticip_id_region UNIQUE (id, region),
  CONSTRAINT uq_elastic_ip_allocation_id_region UNIQUE (allocation_id, region),
  CONSTRAINT "FK_f75b4d19cd93ba87e5ab6219df2" FOREIGN KEY (region) REFERENCES aws_regions (region)
);

-- is_main is an addition: the main table goes with its VPC and cannot be deleted by itself.
CREATE TABLE route_table (
  id serial NOT NULL,
  route_table_id character varying,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  vpc_id integer NOT NULL,
  is_main boolean NOT NULL DEFAULT false,
  CONSTRAINT "PK_122d1d594e0cc44b4f62baa0934" PRIMARY KEY (id),
  CONSTRAINT uq_route_table_region UNIQUE (id, region),
  CONSTRAINT uq_route_table_id_region UNIQUE (route_table_id, region),
  CONSTRAINT "FK_53e412fe0fc1d8ab19d320fe342" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region) ON DELETE CASCADE,
  CONSTRAINT "FK_ebf21bdacfa33a625211e9925a1" FOREIGN KEY (region) REFERENCES aws_regions (region)
);
CREATE INDEX route_table_vpc ON route_table (vpc_id);

-- A VPC has one main association, which has no subnet: hence NULLS NOT DISTINCT.
CREATE TABLE route_table_association (
  id serial NOT NULL,
  route_table_association_id character varying,
  is_main boolean NOT NULL DEFAULT false,
  route_table_id integer NOT NULL,
  subnet_id integer,
  vpc_id integer NOT NULL,
  CONSTRAINT "PK_24dd3b441a20f999984dc982f60" PRIMARY KEY (id),
  CONSTRAINT uq_routetable_routetable_subnet_ismain UNIQUE NULLS NOT DISTINCT
    (vpc_id, subnet_id, is_main),
  CONSTRAINT uq_route_table_association_id UNIQUE (route_table_association_id),
  CONSTRAINT "FK_47b879e4387ad09101481ea1863" FOREIGN KEY (vpc_id)
    REFERENCES vpc (id) ON DELETE CASCADE,
  CONSTRAINT "FK_b2b12060693207bd7619d237a1e" FOREIGN KEY (route_table_id)
    REFERENCES route_table (id),
  CONSTRAINT "FK_b39d37cdeb3edc5ddae43fc3d50" FOREIGN KEY (subnet_id) REFERENCES subnet (id)
);
CREATE INDEX route_table_association_route_table ON route_table_association (route_table_id);
CREATE INDEX route_table_association_subnet ON route_table_association (subnet_id);

CREATE TABLE route (
  id serial NOT NULL,
  destination character varying NOT NULL,
  egress_only_internet_gateway_id character varying,
  gateway_id character varying,
  instance_id character varying,
  instance_owner_id character varying,
  nat_gateway_id character varying,
  transit_gateway_id character varying,
  local_gateway_id character varying,
  carrier_gateway_id character varying,
  network_interface_id character varying,
  vpc_peering_connection_id character varying,
  core_network_arn character varying,
  region character varying NOT NULL DEFAULT default_aws_region(),
  route_table_id integer NOT NULL,
  CONSTRAINT "PK_08affcd076e46415e5821acf52d" PRIMARY KEY (id),
  CONSTRAINT uq_route_table_destination UNIQUE (route_table_id, region, destination),
  CONSTRAINT "FK_664b4c4250d590734177aed82e0" FOREIGN KEY (route_table_id, region)
    REFERENCES route_table (id, region) ON DELETE CASCADE,
  CONSTRAINT "FK_fe3a5d6462bca15443e8636a9c0" FOREIGN KEY (region) REFERENCES aws_regions (region),
  -- A prefix list, an IPv4 range or an IPv6 range (full or with one ::).
  CONSTRAINT "CHK_56dc081b0a3649dd2ea516920f" CHECK (
    destination ~ '^pl-[0-9a-f]+$'
    OR destination ~ '^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])$'
    OR destination ~* '^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$'
    OR (destination ~* '^([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?::([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$'
      AND array_length(string_to_array(destination, ':'), 1) <= 9)
  )
);

CREATE TABLE nat_gateway (
  id serial NOT NULL,
  nat_gateway_id character varying,
  connectivity_type nat_gateway_connectivity_type_enum NOT NULL,
  state nat_gateway_state_enum,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  subnet_id integer NOT NULL,
  elastic_ip_id integer,
  CONSTRAINT "PK_42e867a771bbc0df315e3c38bfa" PRIMARY KEY (id),
  CONSTRAINT "REL_630cbc267698f4fbe265bc9aec" UNIQUE (elastic_ip_id, region),
  CONSTRAINT uq_nat_gateway_id_region UNIQUE (nat_gateway_id, region),
  CONSTRAINT "FK_0b6b32474c287236151d32ee15e" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_630cbc267698f4fbe265bc9aecf" FOREIGN KEY (elastic_ip_id, region)
    REFERENCES elastic_ip (id, region),
  CONSTRAINT "FK_a8a06631830bd53add76d00579b" FOREIGN KEY (subnet_id, region)
    REFERENCES subnet (id, region),
  CONSTRAINT "Check_elastic_ip_when_public" CHECK (
    (elastic_ip_id IS NOT NULL AND connectivity_type = 'public') OR elastic_ip_id IS NULL
  )
);
CREATE INDEX nat_gateway_subnet ON nat_gateway (subnet_id);

CREATE TABLE endpoint_gateway (
  id serial NOT NULL,
  vpc_endpoint_id character varying,
  service endpoint_gateway_service_enum NOT NULL,
  policy json,
  state character varying,
  route_table_ids text[],
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  vpc_id integer NOT NULL,
  CONSTRAINT "PK_b81d6fec498a6dca8304f9de403" PRIMARY KEY (id),
  CONSTRAINT uq_endpoint_gateway_id_region UNIQUE (vpc_endpoint_id, region),
  CONSTRAINT "FK_54d6c333020521f251592867da4" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_f4b22969137e68a91da4e9510b7" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region)
);
CREATE INDEX endpoint_gateway_vpc ON endpoint_gateway (vpc_id);

CREATE FUNCTION check_route_table_ids_region_update() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.region IS DISTINCT FROM OLD.region AND NEW.route_table_ids IS NOT NULL THEN
    RAISE EXCEPTION 'route tables do not move to another region: set route_table_ids to NULL when changing region';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER check_route_table_ids_region_update BEFORE UPDATE ON endpoint_gateway
  FOR EACH ROW EXECUTE FUNCTION check_route_table_ids_region_update();

CREATE TABLE endpoint_interface (
  id serial NOT NULL,
  vpc_endpoint_id character varying,
  service endpoint_interface_service_enum NOT NULL,
  policy json,
  state character varying,
  private_dns_enabled boolean DEFAULT false,
  dns_name_record_type endpoint_interface_dns_name_record_type_enum DEFAULT 'ipv4',
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  vpc_id integer NOT NULL,
  CONSTRAINT "PK_a68d55bf3f06feb8ac5d8b8eee6" PRIMARY KEY (id),
  CONSTRAINT uq_endpoint_interface_id_region UNIQUE (vpc_endpoint_id, region),
  CONSTRAINT "FK_559c34e1a6c47af95fd9eb47924" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_f94801d992a1d1e5237864341a7" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region)
);
CREATE INDEX endpoint_interface_vpc ON endpoint_interface (vpc_id);

CREATE TABLE endpoint_interface_subnets (
  endpoint_interface_id integer NOT NULL,
  subnet_id integer NOT NULL,
  CONSTRAINT "PK_edb3c3e9dc6eb5838e9b4203453" PRIMARY KEY (endpoint_interface_id, subnet_id),
  CONSTRAINT "FK_0a1d6b751b00a4f108993dd3385" FOREIGN KEY (endpoint_interface_id)
    REFERENCES endpoint_interface (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "FK_4cc01b4cb8c79840e521644f416" FOREIGN KEY (subnet_id)
    REFERENCES subnet (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "IDX_0a1d6b751b00a4f108993dd338" ON endpoint_interface_subnets (endpoint_interface_id);
CREATE INDEX "IDX_4cc01b4cb8c79840e521644f41" ON endpoint_interface_subnets (subnet_id);

CREATE TABLE peering_connection (
  id serial NOT NULL,
  peering_connection_id character varying,
  state peering_connection_state_enum,
  tags json,
  requester_id integer NOT NULL,
  accepter_id integer NOT NULL,
  CONSTRAINT "PK_a035bb96826369bd046c2ab94b8" PRIMARY KEY (id),
  CONSTRAINT uq_peering_connection_id UNIQUE (peering_connection_id),
  CONSTRAINT "FK_aa6d0dcc5d176475e86ca25c4e3" FOREIGN KEY (accepter_id) REFERENCES vpc (id),
  CONSTRAINT "FK_b195bf4246be413501fef93c5c7" FOREIGN KEY (requester_id) REFERENCES vpc (id)
);
CREATE INDEX peering_connection_requester ON peering_connection (requester_id);
CREATE INDEX peering_connection_accepter ON peering_connection (accepter_id);

CREATE TABLE internet_gateway (
  id serial NOT NULL,
  internet_gateway_id character varying,
  tags json,
  region character varying NOT NULL DEFAULT default_aws_region(),
  vpc_id integer,
  CONSTRAINT "PK_3b83077acdce7736536f70e4102" PRIMARY KEY (id),
  CONSTRAINT "REL_c705d17149b548ae1da95eac65" UNIQUE (vpc_id, region),
  CONSTRAINT uq_internet_gateway_id_region UNIQUE (internet_gateway_id, region),
  CONSTRAINT "FK_80608afc84380507e114160e0dd" FOREIGN KEY (region) REFERENCES aws_regions (region),
  CONSTRAINT "FK_c705d17149b548ae1da95eac65d" FOREIGN KEY (vpc_id, region)
    REFERENCES vpc (id, region) ON DELETE CASCADE
);
