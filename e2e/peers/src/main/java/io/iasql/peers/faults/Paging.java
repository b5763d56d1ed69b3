package io.iasql.peers.faults;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.protocol.MarshallingType;

/**
 * Cuts lists into pages. Our token holds how far the caller has come in the answer to the
 * emulator's own token, which follows it.
 *
 * @param size items on a page
 */
record Paging(int size) {
  private static final String OURS = "injected-page:";

  /** Where a page starts in the answer to which token of the emulator's. */
  record Position(int offset, String token) {
    static final Position START = new Position(0, "");

    static Position parse(String token) {
      if (!token.startsWith(OURS)) {
        return new Position(0, token);
      }
      String[] parts = token.substring(OURS.length()).split(":", 2);
      return new Position(Integer.parseInt(parts[0]), parts[1]);
    }

    @Override
    public String toString() {
      return OURS + offset + ":" + token;
    }
  }

  /** What the services call the token in the request and in the answer. */
  private enum Tokens {
    NEXT_TOKEN("NextToken", "NextToken"),
    MARKER("Marker", "Marker"),
    NEXT_MARKER("Marker", "NextMarker"),
    OBJECTS("ContinuationToken", "NextContinuationToken"),
    BUCKETS("ContinuationToken", "ContinuationToken"),
    PAGINATION("PaginationToken", "PaginationToken");

    private final String asked;
    private final String answered;

    Tokens(String asked, String answered) {
      this.asked = asked;
      this.answered = answered;
    }
  }

  static Position position(SdkRequest request) {
    for (Tokens tokens : Tokens.values()) {
      Optional<Object> token =
          field(request, tokens.asked).map(field -> field.getValueOrDefault(request));
      if (token.isPresent()) {
        return Position.parse(token.get().toString());
      }
    }
    return Position.START;
  }

  /** The request as the emulator understands it. */
  static SdkRequest real(SdkRequest request, Position position) {
    for (Tokens tokens : Tokens.values()) {
      Optional<SdkField<?>> field = field(request, tokens.asked);
      if (field.isPresent() && field.get().getValueOrDefault(request) != null) {
        Pojo<SdkRequest> copy = new Pojo<>(request);
        copy.set(field.get(), position.token().isEmpty() ? null : position.token());
        return copy.build();
      }
    }
    return request;
  }

  /** The page that starts at the position; empty when the answer is no longer than that. */
  Optional<SdkResponse> page(SdkRequest request, SdkResponse response, Position position) {
    Optional<SdkField<?>> items = longestList(response);
    Optional<SdkField<?>> token = tokenOf(request, response);
    if (items.isEmpty() || token.isEmpty()) {
      return Optional.empty();
    }
    List<?> all = (List<?>) items.get().getValueOrDefault(response);
    int end = (int) Math.min(all.size(), (long) position.offset() + size);
    if (position.offset() == 0 && end == all.size()) {
      return Optional.empty();
    }
    Pojo<SdkResponse> page = new Pojo<>(response);
    page.set(items.get(), all.subList(Math.min(position.offset(), end), end));
    if (end < all.size()) {
      page.set(token.get(), new Position(end, position.token()).toString());
      field(response, "IsTruncated").ifPresent(truncated -> page.set(truncated, true));
    }
    return Optional.of(page.build());
  }

  private static Optional<SdkField<?>> tokenOf(SdkRequest request, SdkResponse response) {
    for (Tokens tokens : Tokens.values()) {
      Optional<SdkField<?>> answered = field(response, tokens.answered);
      if (answered.isPresent() && field(request, tokens.asked).isPresent()) {
        return answered;
      }
    }
    return Optional.empty();
  }

  private static Optional<SdkField<?>> longestList(SdkPojo response) {
    return response.sdkFields().stream()
        .filter(field -> field.marshallingType() == MarshallingType.LIST)
        .max(Comparator.comparingInt(field -> length(field.getValueOrDefault(response))));
  }

  private static int length(Object value) {
    return value instanceof List<?> list ? list.size() : 0;
  }

  private static Optional<SdkField<?>> field(SdkPojo pojo, String member) {
    return pojo.sdkFields().stream().filter(field -> field.memberName().equals(member)).findFirst();
  }
}
