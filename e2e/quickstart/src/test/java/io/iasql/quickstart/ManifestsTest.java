package io.iasql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.quickstart.Manifests.Document;
import io.iasql.quickstart.Manifests.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {
  private static final String ENVIRONMENT = object("Environment", "staging");

  @TempDir Path folder;

  private static String object(String kind, String name) {
    return "---\napiVersion: iasql.io/v1alpha1\nkind: "
        + kind
        + "\nmetadata: {name: "
        + name
        + "}\n";
  }

  private void write(String name, String... documents) throws IOException {
    Files.writeString(folder.resolve(name), String.join("", documents));
  }

  @Test
  void shouldApplyWholeFilesInOrderOfNames() throws IOException {
    write("2.yaml", object("SqlTransaction", "second"));
    write("1.yml", ENVIRONMENT, object("SqlTransaction", "first"));
    write("notes.txt", "nothing");

    assertThat(Manifests.read(folder).parts())
        .allMatch(Part::whole)
        .extracting(part -> part.transaction().map(Document::name).orElse(""))
        .containsExactly("first", "second");
  }

  @Test
  void shouldApplyOneTransactionOfFileAtATime() throws IOException {
    write("all.yaml", ENVIRONMENT, object("SqlTransaction", "a"), object("SqlTransaction", "b"));

    assertThat(Manifests.read(folder.resolve("all.yaml")).parts())
        .noneMatch(Part::whole)
        .extracting(part -> part.documents().stream().map(Document::name).toList().toString())
        .containsExactly("[staging, a]", "[b]");
  }

  @Test
  void shouldApplyWhatTransactionsNeedBeforeThem() throws IOException {
    write("bucket.yaml", object("SqlTransaction", "bucket"));
    write("environment.yaml", ENVIRONMENT);

    assertThat(Manifests.read(folder).documents())
        .extracting(Document::name)
        .containsExactly("staging", "bucket");
  }

  @Test
  void shouldApplyChangedObjectWhereItComesAgain() throws IOException {
    write("1.yaml", ENVIRONMENT);
    write("2.yaml", object("SqlTransaction", "bucket"));
    write("3.yaml", ENVIRONMENT);

    assertThat(Manifests.read(folder).documents())
        .extracting(Document::name)
        .containsExactly("staging", "bucket", "staging");
  }

  @Test
  void shouldSayWhichFileIsWrong() throws IOException {
    write("list.yaml", "- 1\n");
    write("broken.json", "{\"kind\": ");

    assertThatThrownBy(() -> Manifests.read(folder.resolve("list.yaml")))
        .isInstanceOf(QuickstartException.class)
        .hasMessageEndingWith("list.yaml: document 1 is no Kubernetes object");
    assertThatThrownBy(() -> Manifests.read(folder.resolve("broken.json")))
        .isInstanceOf(QuickstartException.class)
        .hasMessageContaining("broken.json");
    assertThatThrownBy(() -> Manifests.read(folder.resolve("none")))
        .isInstanceOf(QuickstartException.class)
        .hasMessageContaining("There is no file or folder");
  }
}
