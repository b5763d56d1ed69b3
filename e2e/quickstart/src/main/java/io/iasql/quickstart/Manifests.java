package io.iasql.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.iasql.crds.CustomResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Manifests in the order in which they are applied. */
final class Manifests {
  private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final List<Part> parts;

  private Manifests(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** One object of a file. */
  record Document(Path file, ObjectNode object) {

    String kind() {
      return object.path("kind").asText();
    }

    String name() {
      return object.at("/metadata/name").asText();
    }

    String namespace() {
      return object.at("/metadata/namespace").asText("default");
    }

    boolean isOurs(String kind) {
      return object.path("apiVersion").asText().startsWith(CustomResources.GROUP + "/")
          && kind().equals(kind);
    }

    boolean isTransaction() {
      return isOurs("SqlTransaction");
    }

    /** Whether it makes something happen that is followed to its end before anything else. */
    boolean isFollowed() {
      return isTransaction() || isOurs("Replication");
    }

    private String identity() {
      return kind() + "/" + namespace() + "/" + name();
    }
  }

  /**
   * Documents of one file that are applied at once. At most the last is one to be followed.
   *
   * @param whole whether the file has no others
   */
  record Part(Path file, List<Document> documents, boolean whole) {

    Optional<Document> transaction() {
      Document last = documents.get(documents.size() - 1);
      return last.isTransaction() ? Optional.of(last) : Optional.empty();
    }

    Optional<Document> replication() {
      Document last = documents.get(documents.size() - 1);
      return last.isOurs("Replication") ? Optional.of(last) : Optional.empty();
    }
  }

  /**
   * Reads a file, or the files of a folder in the order of their names.
   *
   * @throws QuickstartException when there is none or one cannot be read
   */
  static Manifests read(Path path) {
    List<Document> documents = files(path).stream().flatMap(file -> documents(file)).toList();
    if (documents.isEmpty()) {
      throw new QuickstartException("There is nothing in " + path + " to apply");
    }
    return new Manifests(parts(inOrder(documents)));
  }

  List<Part> parts() {
    return parts;
  }

  Stream<Document> documents() {
    return parts.stream().flatMap(part -> part.documents().stream());
  }

  /** Documents as one YAML text. */
  static String yaml(List<ObjectNode> objects) {
    return objects.stream()
        .map(
            object -> {
              try {
                return YAML.writeValueAsString(object);
              } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
              }
            })
        .collect(Collectors.joining());
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      if (!Files.isReadable(path)) {
        throw new QuickstartException("There is no file or folder " + path + " to be read");
      }
      return List.of(path);
    }
    try (Stream<Path> list = Files.list(path)) {
      return list.filter(Files::isRegularFile).filter(Manifests::isManifest).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path, e);
    }
  }

  private static boolean isManifest(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  private static Stream<Document> documents(Path file) {
    List<Document> documents = new ArrayList<>();
    try (MappingIterator<JsonNode> read =
        YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
      while (read.hasNextValue()) {
        JsonNode node = read.nextValue();
        if (node == null || node.isNull() || node.isMissingNode()) {
          continue;
        }
        if (!(node instanceof ObjectNode object) || !object.hasNonNull("kind")) {
          throw new QuickstartException(
              file + ": document " + (documents.size() + 1) + " is no Kubernetes object");
        }
        documents.add(new Document(file, object));
      }
    } catch (JsonProcessingException e) {
      throw new QuickstartException(file + " is no YAML: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
    return documents.stream();
  }

  /**
   * As given, but what a transaction may need comes before the first of them: files of a folder
   * have an order only by their names. An object that comes again stays where it is.
   */
  private static List<Document> inOrder(List<Document> documents) {
    Set<String> seen = new LinkedHashSet<>();
    List<Document> first = new ArrayList<>();
    List<Document> rest = new ArrayList<>();
    for (Document document : documents) {
      boolean early = seen.add(document.identity()) && !document.isFollowed();
      (early ? first : rest).add(document);
    }
    first.addAll(rest);
    return first;
  }

  private static List<Part> parts(List<Document> documents) {
    List<List<Document>> groups = new ArrayList<>();
    for (Document document : documents) {
      List<Document> last = groups.isEmpty() ? List.of() : groups.get(groups.size() - 1);
      boolean joins =
          !last.isEmpty()
              && last.get(0).file().equals(document.file())
              && !last.get(last.size() - 1).isFollowed();
      if (joins) {
        last.add(document);
      } else {
        groups.add(new ArrayList<>(List.of(document)));
      }
    }
    return groups.stream()
        .map(
            group -> {
              Path file = group.get(0).file();
              long ofFile = documents.stream().filter(d -> d.file().equals(file)).count();
              return new Part(file, List.copyOf(group), group.size() == ofFile);
            })
        .toList();
  }
}
