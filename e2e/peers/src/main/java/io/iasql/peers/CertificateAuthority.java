package io.iasql.peers;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** Signs the certificates of a control plane and of its users. */
final class CertificateAuthority {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration VALID = Duration.ofDays(3650);

  private static KeyPair clientKey;

  private final X509CertificateHolder certificate;
  private final PrivateKey key;

  private CertificateAuthority(X509CertificateHolder certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  static CertificateAuthority create(String name) {
    KeyPair pair = ellipticKey();
    X500Name subject = subject(name, List.of());
    X509v3CertificateBuilder builder = builder(subject, subject, pair.getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CertificateAuthority(sign(builder, pair.getPrivate()), pair.getPrivate());
  }

  /** The authority of a control plane that somebody else set up. */
  static CertificateAuthority of(String certificatePem, String keyPem) {
    try (PEMParser certificate = new PEMParser(new StringReader(certificatePem));
        PEMParser key = new PEMParser(new StringReader(keyPem))) {
      return new CertificateAuthority(
          (X509CertificateHolder) certificate.readObject(),
          new JcaPEMKeyConverter()
              .getPrivateKey(((PEMKeyPair) key.readObject()).getPrivateKeyInfo()));
    } catch (IOException e) {
      throw new UncheckedIOException("Not a certificate authority", e);
    }
  }

  String certificate() {
    return pem(certificate);
  }

  /** RSA, because some clients take every key in a kubeconfig for RSA. */
  ClientCertificate client(String user, Collection<String> groups) {
    return issue(
        subject(user, groups), clientKey(), KeyPurposeId.id_kp_clientAuth, new GeneralName[0]);
  }

  /** For servers on loopback that may also have to show a certificate as clients of each other. */
  ClientCertificate server(String name) {
    return serverAt(name, List.of());
  }

  /** The same for servers that are asked by these addresses, too. */
  ClientCertificate serverAt(String name, List<String> addresses) {
    List<GeneralName> names =
        new ArrayList<>(
            List.of(
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.dNSName, "kubernetes.default.svc")));
    addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
    return issue(
        subject(name, List.of()),
        ellipticKey(),
        KeyPurposeId.id_kp_serverAuth,
        names.toArray(GeneralName[]::new));
  }

  /** For a server that clients know by these names. */
  ClientCertificate server(String name, List<String> dnsNames) {
    return issue(
        subject(name, List.of()),
        ellipticKey(),
        KeyPurposeId.id_kp_serverAuth,
        dnsNames.stream()
            .map(dns -> new GeneralName(GeneralName.dNSName, dns))
            .toArray(GeneralName[]::new));
  }

  private ClientCertificate issue(
      X500Name subject, KeyPair pair, KeyPurposeId purpose, GeneralName... names) {
    X509v3CertificateBuilder builder = builder(certificate.getSubject(), subject, pair.getPublic());
    try {
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(new KeyPurposeId[] {purpose, KeyPurposeId.id_kp_clientAuth}));
      if (names.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ClientCertificate(pem(sign(builder, key)), pem(pair.getPrivate()));
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey publicKey) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, RANDOM),
        Date.from(now.minus(Duration.ofHours(1))),
        Date.from(now.plus(VALID)),
        subject,
        publicKey);
  }

  private static X509CertificateHolder sign(X509v3CertificateBuilder builder, PrivateKey key) {
    String algorithm = key.getAlgorithm().startsWith("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    try {
      return builder.build(new JcaContentSignerBuilder(algorithm).build(key));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X500Name subject(String name, Collection<String> organizations) {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    organizations.forEach(organization -> builder.addRDN(BCStyle.O, organization));
    return builder.addRDN(BCStyle.CN, name).build();
  }

  private static KeyPair ellipticKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One for all clients: it takes a second or two to find, and the certificates differ. */
  private static synchronized KeyPair clientKey() {
    try {
      if (clientKey == null) {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048, RANDOM);
        clientKey = generator.generateKeyPair();
      }
      return clientKey;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      // Not the EC form of its own: what BouncyCastle writes there lacks the curve.
      writer.writeObject(
          object instanceof ECPrivateKey key
              ? new PemObject("PRIVATE KEY", key.getEncoded())
              : object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
