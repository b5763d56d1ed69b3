package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheFolderTest {
  @TempDir Path root;

  @Test
  void shouldMakeAFolderOnce() {
    CacheFolder cache = new CacheFolder(root);
    AtomicInteger made = new AtomicInteger();

    IntStream.range(0, 8)
        .parallel()
        .forEach(
            i ->
                cache.once(
                    "tools",
                    line -> {},
                    folder -> Files.writeString(folder.resolve("n"), "" + made.incrementAndGet())));

    assertThat(made).hasValue(1);
    assertThat(root.resolve("tools/n")).hasContent("1");
  }

  @Test
  void shouldStartAfreshAfterAFailure() throws IOException {
    CacheFolder cache = new CacheFolder(root);

    assertThatThrownBy(
            () ->
                cache.once(
                    "tools",
                    line -> {},
                    folder -> {
                      Files.writeString(folder.resolve("half"), "");
                      throw new PeerException("no network");
                    }))
        .hasMessage("no network");
    Path made =
        cache.once("tools", line -> {}, folder -> Files.writeString(folder.resolve("whole"), ""));

    assertThat(made)
        .isDirectoryContaining("glob:**/whole")
        .isDirectoryNotContaining("glob:**/half");
  }

  @Test
  void shouldNameVersionsByAllIngredients() {
    assertThat(CacheFolder.key("a", "b"))
        .hasSize(12)
        .isEqualTo(CacheFolder.key("a", "b"))
        .isNotEqualTo(CacheFolder.key("ab"))
        .isNotEqualTo(CacheFolder.key("a", "c"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldDeleteWhatAPeerWroteWhenItEnds(boolean inMemory) {
    CacheFolder cache = new CacheFolder(root);
    RunFolder folder =
        inMemory ? RunFolder.createInMemory(cache, "peer") : RunFolder.create(cache, "peer");
    Path written = folder.make("data");
    RunFolder.create(cache, "other");
    assertThat(written).exists();

    folder.close();

    assertThat(folder.path()).doesNotExist();
  }
}
