package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.spi.Assigned;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Companion;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Reference;
import io.iasql.spi.RefersTo;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A module of things without chosen names that hang on each other, like a VPC's. */
final class Network implements CloudModule {
  @Override
  public String name() {
    return "fake_net";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of();
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(
        new Zones(),
        new Nets(),
        new Subnets(),
        new Grps(),
        new Gateways(),
        new Routes(),
        new Sites(),
        new SiteTables(),
        new Paths(),
        new Leases());
  }

  @Override
  public String schema() {
    return """
        CREATE TABLE zone (name text PRIMARY KEY, region text NOT NULL DEFAULT 'eu-1');
        CREATE TABLE net (
          id serial PRIMARY KEY,
          net_id text,
          region text NOT NULL DEFAULT 'eu-1',
          cidr text NOT NULL CHECK (cidr LIKE '10.%'),
          dns boolean NOT NULL DEFAULT false,
          state text,
          is_default boolean NOT NULL DEFAULT false,
          tags json,
          UNIQUE (net_id, region),
          UNIQUE (id, region));
        CREATE TABLE subnet (
          id serial PRIMARY KEY,
          subnet_id text,
          region text NOT NULL DEFAULT 'eu-1',
          net_id integer NOT NULL,
          cidr text NOT NULL,
          zone_name text REFERENCES zone (name),
          label text,
          UNIQUE (subnet_id, region),
          FOREIGN KEY (net_id, region) REFERENCES net (id, region));
        CREATE INDEX ON subnet (net_id);
        CREATE TABLE grp (
          id serial PRIMARY KEY,
          grp_id text,
          region text NOT NULL DEFAULT 'eu-1',
          name text NOT NULL,
          description text,
          label text,
          net_id integer,
          peer_id integer REFERENCES grp (id),
          UNIQUE (grp_id, region),
          UNIQUE (name, net_id, region) DEFERRABLE INITIALLY IMMEDIATE,
          FOREIGN KEY (net_id, region) REFERENCES net (id, region) ON DELETE CASCADE);
        CREATE INDEX ON grp (net_id);
        CREATE INDEX ON grp (peer_id);
        CREATE TABLE gateway (
          id serial PRIMARY KEY,
          gateway_id text,
          region text NOT NULL DEFAULT 'eu-1',
          kind text NOT NULL,
          label text,
          UNIQUE (gateway_id, region));
        CREATE TABLE route (
          id serial PRIMARY KEY,
          net_id integer NOT NULL REFERENCES net (id),
          dest text NOT NULL,
          target text,
          hops text[],
          via text,
          UNIQUE (net_id, dest));
        CREATE TABLE site (
          id serial PRIMARY KEY,
          site_id text,
          region text NOT NULL DEFAULT 'eu-1',
          cidr text NOT NULL,
          UNIQUE (site_id, region));
        CREATE TABLE site_table (
          id serial PRIMARY KEY,
          site_table_id text,
          region text NOT NULL DEFAULT 'eu-1',
          is_main boolean NOT NULL DEFAULT false,
          label text,
          site_id integer NOT NULL REFERENCES site (id) ON DELETE CASCADE,
          UNIQUE (site_table_id, region));
        CREATE INDEX ON site_table (site_id);
        CREATE TABLE path (
          id serial PRIMARY KEY,
          site_table_id integer NOT NULL REFERENCES site_table (id) ON DELETE CASCADE,
          dest text NOT NULL,
          target text NOT NULL,
          UNIQUE (site_table_id, dest));
        CREATE TABLE lease (
          id serial PRIMARY KEY,
          lease_id text,
          region text NOT NULL DEFAULT 'eu-1',
          name text UNIQUE,
          UNIQUE (lease_id, region));
        """;
  }

  /** Read-only. */
  @Table(value = "zone", hint = "AWS decides which zones there are")
  record Zone(@Key String name, @Assigned String region) {}

  /** Known by an assigned id alone; some come with the account. */
  @Table("net")
  record Net(
      @Key @Assigned String netId,
      @Key String region,
      @Replaces String cidr,
      Boolean dns,
      @Assigned String state,
      @Assigned Boolean isDefault,
      Map<String, String> tags) {}

  /** Cannot live in another net, and excludes one with the same addresses. */
  @Table("subnet")
  record Subnet(
      @Key @Assigned String subnetId,
      @Key String region,
      @Replaces @Reference("net_id") Net net,
      @Replaces String cidr,
      @Replaces @Reference("zone_name") Zone zone,
      String label) {}

  /** Has a name within its net; may name another one, or itself; one comes with each net. */
  @Table("grp")
  record Grp(
      @Key @Assigned String grpId,
      @Key String region,
      @Identity String name,
      @Replaces String description,
      String label,
      @Identity @Reference("net_id") Net net,
      @Reference("peer_id") Grp peer) {}

  /** Others name it by the text of its id. */
  @Table("gateway")
  record Gateway(
      @Key @Assigned String gatewayId, @Key String region, @Replaces String kind, String label) {}

  /** Its whole identity is chosen, and it names gateways by text. */
  @Table("route")
  record Route(
      @Key @Reference("net_id") Net net,
      @Key String dest,
      @RefersTo(Gateway.class) String target,
      @RefersTo(Gateway.class) List<String> hops,
      @Replaces @RefersTo(Gateway.class) String via) {}

  /** Comes with a main table. */
  @Table("site")
  record Site(@Key @Assigned String siteId, @Key String region, @Replaces String cidr) {}

  /** One comes with each site, and each comes with the path within its site. */
  @Table("site_table")
  record SiteTable(
      @Key @Assigned String siteTableId,
      @Key String region,
      @Assigned Boolean isMain,
      String label,
      @Replaces @Reference("site_id") Site site) {}

  /** The path within the site leads to the site's addresses, whatever they are. */
  @Table("path")
  record Path(
      @Key @Reference("site_table_id") SiteTable siteTable, @Key String dest, String target) {
    static final String WITHIN = "within";
  }

  /** May have a name, and need not. */
  @Table("lease")
  record Lease(@Key @Assigned String leaseId, @Key String region, @Identity String name) {}

  private static final class Zones extends FakeResource<Zone> {
    Zones() {
      super(Zone.class);
    }
  }

  private static final class Nets extends ManagedFake<Net> {
    Nets() {
      super(Net.class);
    }

    @Override
    public Ownership ownership(Net net) {
      return Boolean.TRUE.equals(net.isDefault()) ? Ownership.PROTECTED : Ownership.OWN;
    }

    @Override
    public List<Problem> validate(Net desired, PlannedRows planned) {
      return desired.cidr().matches("10\\.\\d+\\.0\\.0/16")
          ? List.of()
          : List.of(new Problem("cidr", "cidr " + desired.cidr() + " is no 10.x.0.0/16"));
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("net_id", account.newId("net")).put("state", "available").put("is_default", false);
    }

    @Override
    void born(FakeAccount account, ObjectNode image) {
      ObjectNode group =
          Json.object()
              .put("grp_id", account.newId("grp"))
              .put("region", image.get("region").asText())
              .put("name", "default")
              .put("description", "comes with the net")
              .putNull("label")
              .putNull("peer");
      group.set("net", shape.keyOf(image));
      account.put("grp", group);
    }

    @Override
    List<String> takesAlong() {
      return List.of("grp");
    }
  }

  private static final class Subnets extends ManagedFake<Subnet> {
    Subnets() {
      super(Subnet.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("subnet_id", account.newId("subnet"));
    }

    @Override
    void defaults(ObjectNode image) {
      if (!image.hasNonNull("zone")) {
        image.set("zone", Json.object().put("name", image.get("region").asText() + "a"));
      }
    }

    @Override
    void check(FakeAccount account, ObjectNode image) {
      boolean overlaps =
          account.of("subnet").values().stream()
              .anyMatch(
                  i ->
                      i.get("net").equals(image.get("net"))
                          && i.get("cidr").equals(image.get("cidr"))
                          && !i.get("subnet_id").equals(image.get("subnet_id")));
      if (overlaps) {
        throw new FakeFailure(
            CloudFailure.Kind.CONFLICT, "SubnetConflict", "overlaps: " + image.get("cidr"));
      }
    }

    @Override
    public boolean excludes(Subnet current, Subnet desired) {
      return current.net().netId().equals(desired.net().netId())
          && current.cidr().equals(desired.cidr());
    }
  }

  private static final class Grps extends ManagedFake<Grp> implements Companion<Grp> {
    Grps() {
      super(Grp.class);
    }

    @Override
    public Ownership ownership(Grp grp) {
      return grp.name().equals("default") ? Ownership.WITH_PARENT : Ownership.OWN;
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("grp_id", account.newId("grp"));
    }

    @Override
    public Set<Class<? extends Record>> parents() {
      return Set.of(Net.class);
    }

    @Override
    public Stream<Grp> listOf(AwsScope scope, Record parent) {
      Shape nets = Shape.of(Net.class);
      return list(scope)
          .filter(g -> g.net() != null)
          .filter(
              g -> nets.keyOf(Json.ofRecord(g.net())).equals(nets.keyOf(Json.ofRecord(parent))));
    }
  }

  private static final class Gateways extends ManagedFake<Gateway> {
    Gateways() {
      super(Gateway.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("gateway_id", account.newId("gw"));
    }
  }

  private static final class Routes extends ManagedFake<Route> {
    Routes() {
      super(Route.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {}
  }

  private static final class Sites extends ManagedFake<Site> {
    Sites() {
      super(Site.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("site_id", account.newId("site"));
    }

    @Override
    void born(FakeAccount account, ObjectNode image) {
      ObjectNode table =
          Json.object()
              .put("site_table_id", account.newId("tab"))
              .put("region", image.get("region").asText())
              .put("is_main", true)
              .putNull("label");
      table.set("site", shape.keyOf(image));
      account.put("site_table", table);
      SiteTables.withItsPath(account, table);
    }

    @Override
    List<String> takesAlong() {
      return List.of("site_table");
    }
  }

  private static final class SiteTables extends ManagedFake<SiteTable>
      implements Companion<SiteTable> {
    SiteTables() {
      super(SiteTable.class);
    }

    static void withItsPath(FakeAccount account, ObjectNode table) {
      String cidr =
          account.one("site", "site_id", table.at("/site/site_id").asText()).get("cidr").asText();
      ObjectNode path = Json.object().put("dest", cidr).put("target", Path.WITHIN);
      path.set("site_table", Shape.of(SiteTable.class).keyOf(table));
      account.put("path", path);
    }

    @Override
    public Ownership ownership(SiteTable table) {
      return Boolean.TRUE.equals(table.isMain()) ? Ownership.WITH_PARENT : Ownership.OWN;
    }

    @Override
    public Set<Class<? extends Record>> parents() {
      return Set.of(Site.class);
    }

    @Override
    public Stream<SiteTable> listOf(AwsScope scope, Record parent) {
      String site = ((Site) parent).siteId();
      return list(scope).filter(table -> table.site().siteId().equals(site));
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("site_table_id", account.newId("tab")).put("is_main", false);
    }

    @Override
    void born(FakeAccount account, ObjectNode image) {
      withItsPath(account, image);
    }

    @Override
    List<String> takesAlong() {
      return List.of("path");
    }
  }

  private static final class Paths extends ManagedFake<Path> implements Companion<Path> {
    Paths() {
      super(Path.class);
    }

    @Override
    public Ownership ownership(Path path) {
      return Path.WITHIN.equals(path.target()) ? Ownership.WITH_PARENT : Ownership.OWN;
    }

    @Override
    public Set<Class<? extends Record>> parents() {
      return Set.of(Site.class, SiteTable.class);
    }

    @Override
    public Stream<Path> listOf(AwsScope scope, Record parent) {
      Set<String> tables =
          parent instanceof SiteTable table
              ? Set.of(table.siteTableId())
              : account(scope).all("site_table").stream()
                  .filter(t -> t.at("/site/site_id").asText().equals(((Site) parent).siteId()))
                  .map(t -> t.get("site_table_id").asText())
                  .collect(Collectors.toSet());
      return list(scope).filter(path -> tables.contains(path.siteTable().siteTableId()));
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {}
  }

  private static final class Leases extends ManagedFake<Lease> {
    Leases() {
      super(Lease.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("lease_id", account.newId("lease"));
    }
  }
}
