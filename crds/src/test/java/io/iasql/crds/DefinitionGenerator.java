package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the definitions from the types, with what the Fabric8 generator leaves out. */
final class DefinitionGenerator {
  private static final String HEADER =
      "# Generated from the Java types in crds/src; do not edit.\n";

  private DefinitionGenerator() {}

  /** YAML by file name. */
  static Map<String, String> generate() {
    Map<String, String> files = new LinkedHashMap<>();
    for (Class<? extends CustomResource<?, ?>> type : CustomResources.TYPES) {
      files.put(CustomResources.fileName(type), HEADER + generate(type));
    }
    return files;
  }

  private static String generate(Class<? extends CustomResource<?, ?>> type) {
    Memory memory = new Memory();
    new CRDGenerator()
        .customResourceClasses(type)
        .forCRDVersions("v1")
        .withPostProcessor(new Completion(type))
        .withOutput(memory)
        .generate();
    return memory.text().replaceFirst("^(#.*\n|---\n)*", "");
  }

  private record Completion(Class<? extends CustomResource<?, ?>> type)
      implements CRDPostProcessor {

    @Override
    public HasMetadata process(HasMetadata generated, String crdSpecVersion) {
      CustomResourceDefinition crd = (CustomResourceDefinition) generated;
      CustomResourceDefinitionVersion version = crd.getSpec().getVersions().get(0);
      List<String> columns =
          Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class))
              .map(AdditionalPrinterColumn::name)
              .toList();
      version
          .getAdditionalPrinterColumns()
          .sort(Comparator.comparingInt(column -> columns.indexOf(column.getName())));
      JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
      root.setDescription(description(type));
      root.setRequired(List.of("spec"));
      Type[] parts = ((ParameterizedType) type.getGenericSuperclass()).getActualTypeArguments();
      complete(root.getProperties().get("spec"), (Class<?>) parts[0]);
      complete(root.getProperties().get("status"), (Class<?>) parts[1]);
      return crd;
    }

    private static String description(Class<?> type) {
      return type.getAnnotation(JsonClassDescription.class).value();
    }

    private static void complete(JSONSchemaProps schema, Class<?> type) {
      if (schema.getDescription() == null) {
        schema.setDescription(description(type));
      }
      completeProperties(schema, type);
    }

    private static void completeProperties(JSONSchemaProps schema, Class<?> record) {
      for (RecordComponent component : record.getRecordComponents()) {
        JSONSchemaProps property = schema.getProperties().get(component.getName());
        if (property == null) {
          continue; // it has another name in JSON, and is no record
        }
        if (isOpen(component)) {
          // Columns of whichever table, each with a value of its own type.
          property.setAdditionalProperties(null);
          property.setXKubernetesPreserveUnknownFields(true);
          property.setMinProperties(1L);
          property.setMaxProperties(64L);
        } else if (component.getType().isRecord()) {
          completeProperties(property, component.getType());
        } else if (Collection.class.isAssignableFrom(component.getType())) {
          completeList(property, component);
        }
      }
    }

    private static boolean isOpen(RecordComponent component) {
      return component.getType() == Map.class
          && ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1]
              == Object.class;
    }

    /** Sets are sets, and conditions are merged by type: server-side apply goes by that. */
    private static void completeList(JSONSchemaProps list, RecordComponent component) {
      AnnotatedType item =
          ((AnnotatedParameterizedType) component.getAnnotatedType())
              .getAnnotatedActualTypeArguments()[0];
      JSONSchemaProps items = list.getItems().getSchema();
      if (component.getType() == Set.class) {
        list.setXKubernetesListType("set");
        items.setPattern(item.getAnnotation(Pattern.class).value());
        items.setMaxLength(item.getAnnotation(Size.class).max());
      } else if (item.getType() == Condition.class) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of("type"));
      } else if (item.getType() instanceof Class<?> type && type.isRecord()) {
        completeProperties(items, type);
      }
    }
  }

  private static final class Memory extends CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream> {
    private ByteArrayOutputStream stream;

    @Override
    protected ByteArrayOutputStream createStreamFor(String crdName) {
      stream = new ByteArrayOutputStream();
      return stream;
    }

    String text() {
      return stream.toString(StandardCharsets.UTF_8);
    }
  }
}
