package io.iasql.peers;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An HTTP proxy in front of an AWS emulator, for faults of AWS as another process sees them: calls
 * that are refused, answered wrongly, held back, or cut off before or after their effect. It tells
 * accounts apart by the access key of a call's signature.
 */
public final class AwsProxy implements AutoCloseable {
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "content-length",
          "date",
          "expect",
          "host",
          "http2-settings",
          "transfer-encoding",
          "upgrade");

  /**
   * A call to AWS.
   *
   * @param account the access key id of its signature: with LocalStack the account's id
   * @param service as signatures name it, such as {@code sqs}
   * @param region as signatures name it
   * @param operation such as {@code CreateQueue}; for S3 method and path
   * @param mutating whether it may change something
   * @param body what it sends, as text
   */
  public record Call(
      String account,
      String service,
      String region,
      String operation,
      boolean mutating,
      String body) {}

  /**
   * An answer.
   *
   * @param status the HTTP status
   * @param headers its headers, in lower case
   * @param body its body
   */
  public record Answer(int status, Map<String, List<String>> headers, byte[] body) {

    /** An error as this call's service words it. */
    public static Answer error(Call call, int status, String code, String message) {
      String requestId = "proxy-" + code;
      String text =
          switch (call.service()) {
            case "sqs" -> "{\"__type\":\"%s\",\"message\":\"%s\"}".formatted(code, message);
            case "ec2" ->
                "<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>%s</RequestID></Response>"
                    .formatted(code, message, requestId);
            case "s3" ->
                "<Error><Code>%s</Code><Message>%s</Message><RequestId>%s</RequestId></Error>"
                    .formatted(code, message, requestId);
            default ->
                "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>"
                    .formatted(code, message, requestId);
          };
      String type = call.service().equals("sqs") ? "application/x-amz-json-1.0" : "text/xml";
      return new Answer(
          status,
          Map.of(
              "content-type", List.of(type),
              "x-amzn-requestid", List.of(requestId),
              "x-amz-request-id", List.of(requestId)),
          text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The emulator behind the proxy. */
  @FunctionalInterface
  public interface Upstream {
    /** Makes the call and returns what the emulator answers. */
    Answer forward() throws IOException;
  }

  /** What happens to calls; called on a thread of its own for each. */
  @FunctionalInterface
  public interface Rule {
    /**
     * Answers a call, or passes it on.
     *
     * @throws IOException to cut the connection without an answer
     */
    Answer answer(Call call, Upstream upstream) throws IOException;
  }

  /** Passes everything on. */
  public static final Rule PASS = (call, upstream) -> upstream.forward();

  private final URI upstream;
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "aws-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final Map<String, Rule> rules = new java.util.concurrent.ConcurrentHashMap<>();
  private final AtomicReference<Rule> rule = new AtomicReference<>(PASS);
  private final List<Call> calls = new CopyOnWriteArrayList<>();

  private AwsProxy(URI upstream, HttpServer server) {
    this.upstream = upstream;
    this.server = server;
  }

  /** Starts a proxy on a free port of the loopback interface. */
  public static AwsProxy before(URI emulator) {
    return before(emulator, "127.0.0.1");
  }

  /** Starts a proxy on a free port of an address of this machine, such as a node's pods see. */
  public static AwsProxy before(URI emulator, String address) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), 0), 0);
      AwsProxy proxy = new AwsProxy(emulator, server);
      server.createContext("/", proxy::serve);
      server.setExecutor(proxy.threads);
      server.start();
      return AtExit.closing(proxy);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a proxy", e);
    }
  }

  /** To be given to clients as their endpoint. */
  public URI endpoint() {
    return URI.create(
        "http://"
            + server.getAddress().getAddress().getHostAddress()
            + ":"
            + server.getAddress().getPort());
  }

  /** Sets what happens to calls of accounts that have no rule of their own. */
  public void rule(Rule all) {
    rule.set(all);
  }

  /** Sets what happens to the calls that one account's key signs. */
  public void rule(String account, Rule its) {
    rules.put(account, its);
  }

  /** Everything passes again for this account. */
  public void pass(String account) {
    rules.remove(account);
  }

  /** The calls of an account so far, in order. */
  public List<Call> calls(String account) {
    return calls.stream().filter(call -> call.account().equals(account)).toList();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Call call = call(exchange, body);
      calls.add(call);
      Answer answer =
          rules
              .getOrDefault(call.account(), rule.get())
              .answer(call, () -> forward(exchange, body));
      respond(exchange, answer);
    }
  }

  private static void respond(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    boolean head = exchange.getRequestMethod().equals("HEAD");
    answer
        .headers()
        .forEach(
            (name, values) -> {
              if (!HOP_BY_HOP.contains(name) || (head && name.equals("content-length"))) {
                headers.put(name, values);
              }
            });
    boolean empty = head || answer.body().length == 0;
    exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
    if (!empty) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  private Answer forward(HttpExchange exchange, byte[] body) throws IOException {
    URI target =
        URI.create(
            "http://"
                + upstream.getAuthority()
                + exchange.getRequestURI().getRawPath()
                + (exchange.getRequestURI().getRawQuery() == null
                    ? ""
                    : "?" + exchange.getRequestURI().getRawQuery()));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .timeout(Duration.ofMinutes(2))
            .method(
                exchange.getRequestMethod(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      Map<String, List<String>> headers = new TreeMap<>();
      response
          .headers()
          .map()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
      return new Answer(response.statusCode(), headers, response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static Call call(HttpExchange exchange, byte[] body) {
    // AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=...
    String signature = header(exchange, "Authorization");
    int start = signature.indexOf("Credential=");
    String[] scope = start < 0 ? new String[0] : signature.substring(start + 11).split("[/,]", 6);
    String account = scope.length > 3 ? scope[0] : "";
    String region = scope.length > 3 ? scope[2] : "";
    String service = scope.length > 3 ? scope[3] : "";
    String text = new String(body, StandardCharsets.UTF_8);
    String operation = operation(exchange, service, text);
    return new Call(account, service, region, operation, mutates(service, operation), text);
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private static String operation(HttpExchange exchange, String service, String body) {
    if (service.equals("s3")) {
      return exchange.getRequestMethod() + " " + exchange.getRequestURI();
    }
    String target = header(exchange, "X-Amz-Target");
    if (!target.isEmpty()) {
      return target.substring(target.indexOf('.') + 1);
    }
    for (String parameter : body.split("&", -1)) {
      if (parameter.startsWith("Action=")) {
        return parameter.substring("Action=".length());
      }
    }
    return exchange.getRequestMethod() + " " + exchange.getRequestURI();
  }

  private static boolean mutates(String service, String operation) {
    return service.equals("s3")
        ? !operation.startsWith("GET ") && !operation.startsWith("HEAD ")
        : !operation.matches("(Describe|Get|List|Simulate|AssumeRole).*");
  }

  /** Cuts what is under way and closes the port. */
  @Override
  public void close() {
    AtExit.forget(this);
    server.stop(0);
    threads.shutdownNow();
  }
}
