package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.spi.AppliedAfter;
import io.iasql.spi.Assigned;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Checks;
import io.iasql.spi.Children;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Local;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Policy;
import io.iasql.spi.Problem;
import io.iasql.spi.Reach;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import io.iasql.spi.Unordered;
import io.iasql.spi.WriteOnly;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A module of things with names, parts, children and rings; uses {@link Network}'s. */
final class Platform implements CloudModule {
  @Override
  public String name() {
    return "fake_app";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of("fake_net");
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new Buckets(), new Blocks(), new Queues(), new Hosts(), new Disks());
  }

  @Override
  public String schema() {
    return """
        CREATE TABLE bucket (
          name text PRIMARY KEY,
          region text NOT NULL DEFAULT 'eu-1',
          tier text,
          size integer CONSTRAINT size_is_positive CHECK (size > 0),
          policy json,
          tags json,
          owners text[],
          secret text,
          pinned boolean NOT NULL DEFAULT false,
          created_at timestamp);
        CREATE TABLE bucket_rule (
          id serial PRIMARY KEY,
          bucket_name text NOT NULL REFERENCES bucket (name) ON DELETE CASCADE ON UPDATE CASCADE,
          prefix text NOT NULL,
          days integer,
          UNIQUE (bucket_name, prefix));
        CREATE TABLE block (
          bucket_name text PRIMARY KEY
            REFERENCES bucket (name) ON DELETE CASCADE ON UPDATE CASCADE,
          strict boolean NOT NULL DEFAULT true);
        CREATE TABLE queue (
          id serial PRIMARY KEY,
          url text UNIQUE,
          region text NOT NULL DEFAULT 'eu-1',
          name text NOT NULL,
          visibility integer,
          dead_letter_id integer REFERENCES queue (id),
          UNIQUE (name, region));
        CREATE TABLE host (
          id serial PRIMARY KEY,
          host_id text,
          region text NOT NULL DEFAULT 'eu-1',
          size text NOT NULL DEFAULT 's',
          label text,
          subnet_id integer REFERENCES subnet (id),
          boot_disk_id integer,
          UNIQUE (host_id, region));
        CREATE TABLE disk (
          id serial PRIMARY KEY,
          disk_id text,
          region text NOT NULL DEFAULT 'eu-1',
          gib integer NOT NULL,
          label text,
          host_id integer REFERENCES host (id),
          UNIQUE (disk_id, region));
        ALTER TABLE host ADD FOREIGN KEY (boot_disk_id) REFERENCES disk (id);
        CREATE TABLE host_grp (
          host_id integer NOT NULL REFERENCES host (id) ON DELETE CASCADE,
          grp_id integer NOT NULL REFERENCES grp (id),
          PRIMARY KEY (host_id, grp_id));
        CREATE TABLE memo (id serial PRIMARY KEY, words text NOT NULL);
        """;
  }

  /** Named in the whole account, with everything that a column can be. */
  @Table(value = "bucket", reach = Reach.GLOBAL)
  record Bucket(
      @Key String name,
      @Replaces String region,
      @Replaces String tier,
      Integer size,
      @Policy @AppliedAfter(Block.class) JsonNode policy,
      Map<String, String> tags,
      @Unordered List<String> owners,
      @WriteOnly String secret,
      @Local Boolean pinned,
      @Assigned Instant createdAt,
      @Children(value = "bucket_rule", owner = "bucket_name") List<Rule> rules) {}

  /** A bucket's rule: changed in place. */
  record Rule(String prefix, Integer days) {}

  /** A part of a bucket. */
  @Table(value = "block", reach = Reach.GLOBAL, part = true)
  record Block(@Key @Reference("bucket_name") Bucket bucket, Boolean strict) {}

  /** Named in its region, with an assigned key; may refer to another one, or to itself. */
  @Table("queue")
  record Queue(
      @Key @Assigned String url,
      @Identity String region,
      @Identity String name,
      Integer visibility,
      @Reference("dead_letter_id") Queue deadLetter) {}

  /** Refers to a disk that may refer to it; hosts need gateways. */
  @Table("host")
  record Host(
      @Key @Assigned String hostId,
      @Key String region,
      String size,
      String label,
      @Replaces @Reference("subnet_id") Network.Subnet subnet,
      @Reference("boot_disk_id") Disk bootDisk,
      @Children(value = "host_grp", owner = "host_id") List<Membership> groups) {}

  /** A host's group. */
  record Membership(@Reference("grp_id") Network.Grp grp) {}

  /** Refers to a host that may refer to it. */
  @Table("disk")
  record Disk(
      @Key @Assigned String diskId,
      @Key String region,
      @Replaces Integer gib,
      String label,
      @Reference("host_id") Host host) {}

  private static final class Buckets extends ManagedFake<Bucket> {
    Buckets() {
      super(Bucket.class);
    }

    @Override
    public List<Problem> validate(Bucket desired, PlannedRows planned) {
      return desired.name().matches("[a-z0-9.-]{3,63}")
          ? List.of()
          : List.of(new Problem("name", "'" + desired.name() + "' is no name that AWS takes"));
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("created_at", "2026-01-02T03:04:05Z");
    }

    @Override
    void defaults(ObjectNode image) {
      if (!image.hasNonNull("tier")) {
        image.put("tier", "standard");
      }
      if (!image.hasNonNull("size")) {
        image.put("size", 30);
      }
    }

    @Override
    void check(FakeAccount account, ObjectNode image) {
      boolean open =
          account.of("block").values().stream()
              .anyMatch(
                  b ->
                      b.get("bucket").get("name").equals(image.get("name"))
                          && !b.get("strict").asBoolean());
      if (image.hasNonNull("policy") && !open) {
        throw new FakeFailure(
            CloudFailure.Kind.INVALID_INPUT, "AccessDenied", "the block refuses the policy");
      }
    }

    @Override
    List<String> takesAlong() {
      return List.of("block");
    }
  }

  private static final class Blocks extends ManagedFake<Block> {
    Blocks() {
      super(Block.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {}
  }

  private static final class Queues extends ManagedFake<Queue> {
    Queues() {
      super(Queue.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("url", "https://" + image.get("region").asText() + "/" + account.newId("q"));
    }

    @Override
    void defaults(ObjectNode image) {
      if (!image.hasNonNull("visibility")) {
        image.put("visibility", 30);
      }
    }
  }

  private static final class Hosts extends ManagedFake<Host> implements Checks<Host> {
    private static final List<String> SIZES = List.of("l", "m", "s");

    Hosts() {
      super(Host.class);
    }

    @Override
    public Set<Class<? extends Record>> after() {
      return Set.of(Network.Gateway.class);
    }

    @Override
    public List<Problem> check(AwsScope scope, Host desired) {
      return SIZES.contains(desired.size())
          ? List.of()
          : List.of(
              new Problem(
                  "size",
                  "Region %s has no size %s; it has %s."
                      .formatted(scope.region(), desired.size(), String.join(", ", SIZES))));
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("host_id", account.newId("host"));
    }
  }

  private static final class Disks extends ManagedFake<Disk> {
    Disks() {
      super(Disk.class);
    }

    @Override
    void assign(FakeAccount account, ObjectNode image) {
      image.put("disk_id", account.newId("disk"));
    }
  }
}
