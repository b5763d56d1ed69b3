package io.iasql.aws.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DetailsTest {
  @Test
  void keepsTheOrderAndLeavesOutWhatVanished() {
    Stream<Integer> details =
        Details.of(
            IntStream.range(0, 200).boxed(),
            i -> i % 3 == 0 ? Optional.empty() : Optional.of(i * 10));

    assertThat(details)
        .containsExactlyElementsOf(
            IntStream.range(0, 200).filter(i -> i % 3 != 0).map(i -> i * 10).boxed().toList());
  }

  @Test
  void asksFewAhead() {
    AtomicInteger taken = new AtomicInteger();

    Details.of(Stream.iterate(1, i -> i + 1).peek(i -> taken.incrementAndGet()), Optional::of)
        .limit(10)
        .forEach(i -> {});

    assertThat(taken.get()).isLessThan(40);
  }

  @Test
  void throwsWhatADetailThrew() {
    IllegalStateException thrown = new IllegalStateException("no");

    assertThatThrownBy(
            () ->
                Details.of(
                        Stream.of(1),
                        i -> {
                          throw thrown;
                        })
                    .toList())
        .isSameAs(thrown);
  }
}
