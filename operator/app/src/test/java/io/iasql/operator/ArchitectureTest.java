package io.iasql.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the product and who may enter: {@code app -> engine -> spi <- aws-*}. */
@AnalyzeClasses(packages = "io.iasql", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule onlyModulesKnowTheCloudsSdk =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.iasql.aws..", "io.iasql.peers..", "io.iasql.contract..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..");

  @ArchTest
  static final ArchRule onlyTheApplicationKnowsKubernetes =
      noClasses()
          .that()
          .resideInAnyPackage("io.iasql.engine..", "io.iasql.spi..", "io.iasql.aws..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "io.quarkus..");

  @ArchTest
  static final ArchRule theSpiKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("io.iasql.spi..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..", "io.iasql.engine..", "io.iasql.aws..");

  @ArchTest
  static final ArchRule modulesKnowNoDatabase =
      noClasses()
          .that()
          .resideInAPackage("io.iasql.aws..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "org.postgresql..", "org.jdbi..", "io.iasql.engine..");

  @ArchTest
  static final ArchRule theEngineKnowsNeitherModulesNorResources =
      noClasses()
          .that()
          .resideInAPackage("io.iasql.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.iasql.aws..", "io.iasql.crds..", "io.iasql.operator..");

  @ArchTest
  static final ArchRule theResourcesKnowNobody =
      noClasses()
          .that()
          .resideInAPackage("io.iasql.crds..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.iasql.engine..", "io.iasql.operator..", "io.iasql.spi..");

  @ArchTest
  static final ArchRule reconcilersKnowNoSql =
      noClasses()
          .that()
          .haveSimpleNameEndingWith("Reconciler")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "org.jdbi..", "software.amazon..");

  @ArchTest
  static final ArchRule modulesHaveNoCycles =
      slices().matching("io.iasql.aws.(*)..").should().beFreeOfCycles();
}
