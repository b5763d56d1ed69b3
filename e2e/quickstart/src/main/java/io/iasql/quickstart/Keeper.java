package io.iasql.quickstart;

import io.iasql.peers.AwsEmulator;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.CacheFolder;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.Narrator;
import io.iasql.peers.OperatorPeer;
import io.iasql.peers.PeerException;
import io.iasql.peers.RunFolder;
import io.iasql.quickstart.Running.Request;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The process that holds the API server, the emulator and the operator. It reads a {@link Request}
 * from standard input and writes {@link Message}s to standard output, each a line of JSON. When its
 * input ends without the word to stay, whoever started it has gone, and it ends with all it holds;
 * so it does when it is asked to by SIGTERM.
 */
final class Keeper {
  /** Tells a keeper to stay when its input ends. */
  static final String STAY = "stay";

  private final Request request;
  private final PrintStream messages;
  private final Narrator narrator = line -> tell(Message.said(line));

  private Keeper(Request request, PrintStream messages) {
    this.request = request;
    this.messages = messages;
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream messages = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    logIntoFolder();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Keeper keeper = new Keeper(Json.read(input.readLine(), Request.class), messages);
    Thread starter = new Thread(keeper::start, "start");
    starter.setDaemon(true);
    starter.start();
    if (!STAY.equals(input.readLine())) {
      // What was started is registered with the JVM's end.
      System.exit(0);
    }
    new CompletableFuture<Void>().join();
  }

  /** What libraries print is no message, and may come when nobody listens any more. */
  private static void logIntoFolder() throws IOException {
    RunFolder folder = RunFolder.create(CacheFolder.ofUser(), "quickstart");
    Runtime.getRuntime().addShutdownHook(new Thread(folder::close, "delete-log"));
    PrintStream log =
        new PrintStream(
            new FileOutputStream(folder.path().resolve("keeper.log").toFile()),
            true,
            StandardCharsets.UTF_8);
    System.setErr(log);
    System.setOut(log);
  }

  private void tell(Message message) {
    synchronized (messages) {
      messages.println(Json.write(message));
    }
  }

  private void start() {
    try {
      tell(Message.ready(startAll()));
    } catch (CompletionException e) {
      failed(e.getCause());
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void failed(Throwable e) {
    tell(Message.failed(e instanceof PeerException ? e.getMessage() : e.toString()));
  }

  /** The emulator comes up beside the API server; the operator needs both. */
  private Running startAll() {
    CompletableFuture<AwsPeer> emulator = CompletableFuture.supplyAsync(this::startEmulator);
    KubernetesPeer kubernetes = startKubernetes();
    String definitions = request.definitions().toString();
    kubernetes.kubectl("apply", "-f", definitions);
    kubernetes.kubectl("wait", "--for=condition=Established", "-f", definitions);
    AwsPeer aws = emulator.join();
    OperatorPeer operator =
        OperatorPeer.start(
            OperatorPeer.Options.of(kubernetes.kubeconfig())
                .withAwsEndpoint(aws.endpoint())
                .withJvm(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"))
                // To the emulator the key is the account.
                .withSetting("AWS_ACCESS_KEY_ID", request.account())
                .withNarrator(narrator));
    return new Running(
        request,
        ProcessHandle.current().pid(),
        kubernetes.kubeconfig(),
        kubernetes.kubectl(),
        aws.endpoint(),
        operator.log());
  }

  private KubernetesPeer startKubernetes() {
    KubernetesPeer.Options options = KubernetesPeer.Options.defaults().withNarrator(narrator);
    return KubernetesPeer.start(
        request.kubeconfig() == null ? options : options.withKubeconfig(request.kubeconfig()));
  }

  private AwsPeer startEmulator() {
    AwsPeer.Options options = AwsPeer.Options.of(AwsEmulator.LOCALSTACK).withNarrator(narrator);
    AwsPeer aws =
        AwsPeer.start(
            request.awsEndpoint() == null ? options : options.withEndpoint(request.awsEndpoint()));
    CompletableFuture.runAsync(() -> wake(aws));
    return aws;
  }

  /** The emulator loads a service at its first call, which takes seconds: better now than later. */
  private void wake(AwsPeer aws) {
    try (AwsAnswers answers =
        new AwsAnswers(aws.endpoint(), request.account(), List.of("us-east-1"))) {
      answers.aboutAll();
    } catch (QuickstartException e) {
      // Whoever needs the answer will ask, and say it.
    }
  }
}
