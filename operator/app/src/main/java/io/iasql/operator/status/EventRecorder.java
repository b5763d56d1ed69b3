package io.iasql.operator.status;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.jboss.logging.Logger;

/**
 * Tells people of transitions by Kubernetes Events. The same event of the same resource is one
 * object with a count, across restarts, too. An event that cannot be written never stops the work.
 */
@ApplicationScoped
public class EventRecorder {
  private static final Logger LOG = Logger.getLogger(EventRecorder.class);
  private static final String COMPONENT = "iasql-operator";
  // The API server's limit for the note of an Event.
  private static final int MAX_MESSAGE = 1024;
  private static final int MAX_NAME = 240;

  private final KubernetesClient client;
  private final Clock clock;

  public EventRecorder(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Records that all is well. */
  public void normal(HasMetadata about, Reason reason, String message) {
    record(about, "Normal", reason, message);
  }

  /** Records that somebody should look. */
  public void warning(HasMetadata about, Reason reason, String message) {
    record(about, "Warning", reason, message);
  }

  private void record(HasMetadata about, String type, Reason reason, String message) {
    Event event = event(about, type, reason, cut(message, MAX_MESSAGE));
    try {
      create(event);
    } catch (KubernetesClientException e) {
      LOG.warnf(
          e,
          "event %s of %s %s/%s was not recorded",
          reason,
          about.getKind(),
          about.getMetadata().getNamespace(),
          about.getMetadata().getName());
    }
  }

  private void create(Event event) {
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      client
          .v1()
          .events()
          .inNamespace(event.getMetadata().getNamespace())
          .withName(event.getMetadata().getName())
          .edit(
              known ->
                  new EventBuilder(known)
                      .withCount(known.getCount() == null ? 2 : known.getCount() + 1)
                      .withLastTimestamp(event.getLastTimestamp())
                      .build());
    }
  }

  private Event event(HasMetadata about, String type, Reason reason, String message) {
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String uid = about.getMetadata().getUid();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(about.getMetadata().getNamespace())
        .withName(
            prefix(about.getMetadata().getName())
                + '.'
                + digest(uid + '\n' + type + '\n' + reason + '\n' + message))
        .endMetadata()
        .withInvolvedObject(
            new ObjectReferenceBuilder()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(uid)
                .build())
        .withType(type)
        .withReason(reason.toString())
        .withMessage(message)
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .withNewSource()
        .withComponent(COMPONENT)
        .endSource()
        .withReportingComponent(COMPONENT)
        .build();
  }

  private static String digest(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static String prefix(String name) {
    return name.length() <= MAX_NAME
        ? name
        : name.substring(0, MAX_NAME).replaceFirst("[.-]+$", "");
  }

  private static String cut(String text, int limit) {
    return text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
  }
}
