package io.iasql.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerReadersTest {
  private final List<Class<?>> made = new ArrayList<>();
  private final KubernetesSerialization serialization =
      new KubernetesSerialization(new ObjectMapper().registerModule(new Listening()), true);

  /** Hears of each reader that is made. */
  private final class Listening extends SimpleModule {
    private static final long serialVersionUID = 1L;

    Listening() {
      setDeserializerModifier(
          new BeanDeserializerModifier() {
            private static final long serialVersionUID = 1L;

            @Override
            public BeanDeserializerBuilder updateBuilder(
                DeserializationConfig config,
                BeanDescription description,
                BeanDeserializerBuilder builder) {
              made.add(description.getBeanClass());
              return builder;
            }
          });
    }
  }

  @Test
  void shouldHaveMadeWhatAPodTakesBeforeThereIsOne() {
    AnswerReaders.make(serialization);
    assertThat(made).contains(Lease.class, StatefulSet.class, Pod.class);
    made.clear();

    serialization.unmarshal(
        """
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "iasql-staging"},
         "spec": {"template": {"spec": {"containers": [{"name": "postgresql",
           "readinessProbe": {"exec": {"command": ["true"]}}}]}}}}
        """,
        StatefulSet.class);
    serialization.unmarshal("{\"spec\": {\"holderIdentity\": \"me\"}}", Lease.class);
    assertThat(made).isEmpty();

    serialization.unmarshal("{}", PodList.class);
    assertThat(made).as("what nobody asked for before").containsExactly(PodList.class);
  }
}
