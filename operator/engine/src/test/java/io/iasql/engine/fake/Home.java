package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.spi.Assigned;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Key;
import io.iasql.spi.Local;
import io.iasql.spi.Ownership;
import io.iasql.spi.Reach;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A module with regions as AWS's, one of them the default, and things that nothing names. */
public final class Home implements CloudModule {
  @Override
  public String name() {
    return "fake_home";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of();
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new Regions(), new Lans(), new Tables(), new Gates(), new Addresses());
  }

  @Override
  public String schema() {
    return """
        CREATE TABLE aws_regions (
          region varchar PRIMARY KEY,
          is_default boolean NOT NULL DEFAULT false,
          is_enabled boolean NOT NULL DEFAULT true);
        CREATE UNIQUE INDEX ON aws_regions (is_default) WHERE is_default;
        CREATE FUNCTION default_aws_region() RETURNS text LANGUAGE sql STABLE AS $$
          SELECT coalesce((SELECT region FROM public.aws_regions WHERE is_default), 'us-east-1')
        $$;
        CREATE TABLE lan (
          id serial PRIMARY KEY,
          lan_id varchar,
          cidr cidr NOT NULL,
          tags json,
          region varchar NOT NULL DEFAULT default_aws_region() REFERENCES aws_regions (region),
          UNIQUE (id, region));
        CREATE TABLE lan_table (
          id serial PRIMARY KEY,
          lan_table_id varchar,
          "user" varchar,
          is_main boolean NOT NULL DEFAULT false,
          region varchar NOT NULL DEFAULT default_aws_region() REFERENCES aws_regions (region),
          lan_id integer NOT NULL,
          FOREIGN KEY (lan_id, region) REFERENCES lan (id, region) ON DELETE CASCADE);
        CREATE TABLE gate (
          id serial PRIMARY KEY,
          gate_id varchar,
          label varchar,
          region varchar NOT NULL DEFAULT default_aws_region() REFERENCES aws_regions (region),
          lan_id integer,
          UNIQUE (lan_id, region),
          FOREIGN KEY (lan_id, region) REFERENCES lan (id, region));
        CREATE TABLE address (
          id serial PRIMARY KEY,
          address_id varchar,
          opened timestamptz,
          gate_id integer REFERENCES gate (id));
        """;
  }

  /** Comes with the account; people choose among them. */
  @Table(value = "aws_regions", reach = Reach.GLOBAL)
  record Region(@Key String region, @Local Boolean isDefault, @Local Boolean isEnabled) {}

  /** Known by an assigned id alone. */
  @Table("lan")
  record Lan(
      @Key @Assigned String lanId,
      @Replaces String cidr,
      Map<String, String> tags,
      @Key String region) {}

  /** The main one comes with its lan. */
  @Table("lan_table")
  record LanTable(
      @Key @Assigned String lanTableId,
      String user,
      @Assigned Boolean isMain,
      @Key String region,
      @Replaces @Reference("lan_id") Lan lan) {}

  /** A lan takes one. */
  @Table("gate")
  record Gate(
      @Key @Assigned String gateId,
      String label,
      @Key String region,
      @Reference("lan_id") Lan lan) {}

  /** Nothing tells two of them apart but what they belong to. */
  @Table(value = "address", reach = Reach.GLOBAL)
  record Address(
      @Key @Assigned String addressId, Instant opened, @Reference("gate_id") Gate gate) {}

  private static final class Regions extends FakeResource<Region> {
    Regions() {
      super(Region.class);
    }
  }

  private abstract static class Numbered<R extends Record> extends ManagedFake<R> {
    private final String column;

    Numbered(Class<R> type, String column) {
      super(type);
      this.column = column;
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put(column, account.newId(shape.table()));
    }
  }

  private static final class Lans extends Numbered<Lan> {
    Lans() {
      super(Lan.class, "lan_id");
    }
  }

  private static final class Tables extends Numbered<LanTable> {
    Tables() {
      super(LanTable.class, "lan_table_id");
    }

    @Override
    public Ownership ownership(LanTable table) {
      return Boolean.TRUE.equals(table.isMain()) ? Ownership.WITH_PARENT : Ownership.OWN;
    }
  }

  private static final class Gates extends Numbered<Gate> {
    Gates() {
      super(Gate.class, "gate_id");
    }
  }

  private static final class Addresses extends Numbered<Address> {
    Addresses() {
      super(Address.class, "address_id");
    }
  }
}
