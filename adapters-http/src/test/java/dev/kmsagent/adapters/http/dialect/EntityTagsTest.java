package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EntityTagsTest {
  private static String tag(EntityTags tags, String body) {
    return tags.tagged(body.getBytes(StandardCharsets.UTF_8)).entityTag();
  }

  @Test
  void a_tag_is_a_strong_one_of_43_characters() {
    assertThat(tag(Fixtures.tags(), "body")).matches("\"[A-Za-z0-9_-]{43}\"");
  }

  @Property(tries = 200)
  void a_tag_changes_exactly_with_the_body(@ForAll String one, @ForAll String other) {
    var tags = Fixtures.tags();
    assertThat(tag(tags, one)).isEqualTo(tag(tags, one));
    assertThat(tag(tags, one).equals(tag(tags, other))).isEqualTo(one.equals(other));
  }

  @Test
  void another_process_makes_other_tags() {
    assertThat(tag(new EntityTags(new Random(1)), "body"))
        .isNotEqualTo(tag(new EntityTags(new Random(2)), "body"));
  }
}
