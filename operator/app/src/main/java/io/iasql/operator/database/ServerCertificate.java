package io.iasql.operator.database;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * By what a database's clients know that it is theirs: signed by itself, since the only ones to
 * trust it are those to whom the operator hands it.
 *
 * @param certificate PEM
 * @param key the private key, PKCS #8 in PEM
 */
record ServerCertificate(String certificate, String key) {
  private static final Duration VALID = Duration.ofDays(365);

  /** How long before its end it is due: clients that have a copy have time to fetch the next. */
  private static final Duration BEFORE_THE_END = Duration.ofDays(30);

  // A common name has room for 64 characters only, and clients look at the others.
  private static final String SUBJECT = "CN=iasql-postgresql";

  /** For clocks that do not agree. */
  private static final Duration EARLIER = Duration.ofHours(1);

  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * A new one.
   *
   * @param dnsNames the names that clients call the server by
   * @param now when it begins to be valid
   */
  static ServerCertificate issue(List<String> dnsNames, Instant now) {
    X500Name name = new X500Name(SUBJECT);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      KeyPair pair = generator.generateKeyPair();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(127, RANDOM),
              Date.from(now.minus(EARLIER)),
              Date.from(now.plus(VALID)),
              name,
              pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              dnsNames.stream()
                  .map(dns -> new GeneralName(GeneralName.dNSName, dns))
                  .toArray(GeneralName[]::new)));
      return new ServerCertificate(
          pem(
              "CERTIFICATE",
              builder
                  .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                  .getEncoded()),
          pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Until when a certificate is good that was issued here and has to be replaced now; empty for one
   * that has time, and for one of somebody else, who renews it, too.
   *
   * @param certificate PEM
   */
  static Optional<Instant> due(String certificate, Instant now) {
    return parsed(certificate)
        .filter(x509 -> x509.getIssuerX500Principal().equals(new X500Principal(SUBJECT)))
        .map(x509 -> x509.getNotAfter().toInstant())
        .filter(end -> end.isBefore(now.plus(BEFORE_THE_END)));
  }

  private static Optional<X509Certificate> parsed(String certificate) {
    try {
      return Optional.of(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))));
    } catch (CertificateException e) {
      // PostgreSQL says what is wrong with it.
      return Optional.empty();
    }
  }

  private static String pem(String type, byte[] content) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    }
    return text.toString();
  }

  /** Not the key. */
  @Override
  public String toString() {
    return certificate;
  }
}
