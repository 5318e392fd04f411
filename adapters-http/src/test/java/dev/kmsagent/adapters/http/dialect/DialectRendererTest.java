package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DialectRendererTest {
  private static DialectRenderer renderer(int seed) {
    return new DialectRenderer(new KmsDialect(), Optional.empty(), new Random(seed));
  }

  private static String tag(DialectRenderer renderer, String body) {
    return renderer.entityTag(body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_secret_is_rendered_in_the_dialect_with_its_tag() {
    var secret = Fixtures.full(DataType.TEXT, "pw");
    var rendered = renderer(1).render(secret);
    var body = new KmsDialect().secret(secret);
    assertThat(rendered).isEqualTo(new Representation(body, renderer(1).entityTag(body)));
  }

  @Test
  void the_alternative_is_the_secret_in_the_second_dialect_with_a_tag_of_its_own() {
    var secret = Fixtures.full(DataType.TEXT, "pw");
    var vault = new VaultDialect(Optional.empty());
    var both = new DialectRenderer(new KmsDialect(), Optional.of(vault), new Random(1));

    var rendered = both.render(secret);

    var first = renderer(1).render(secret);
    var second = vault.secret(secret);
    assertThat(rendered).isEqualTo(first);
    assertThat(rendered.alternative())
        .isEqualTo(new Representation(second, both.entityTag(second)));
    assertThat(rendered.size()).isEqualTo(first.size() + second.length);
    assertThat(first.alternative()).as("without a second dialect").isEqualTo(first);
  }

  @Test
  void a_tag_is_a_strong_one_of_43_characters() {
    assertThat(tag(renderer(1), "body")).matches("\"[A-Za-z0-9_-]{43}\"");
  }

  /** The value as text, the buffer, the body; no buffer that doubles. */
  @Test
  void rendering_a_large_value_takes_six_times_its_size_of_memory_at_most() {
    var secret = Fixtures.full(DataType.TEXT, "\"".repeat(30_000));
    // What the JDK sets up once, at whichever of them, is no part of a rendering.
    var least = LongStream.generate(() -> allocatedBy(secret)).limit(10).min().orElseThrow();
    assertThat(least).isLessThan(6 * 30_000);
  }

  private static long allocatedBy(Secret secret) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var before = threads.getCurrentThreadAllocatedBytes();
    renderer(1).render(secret);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Property(tries = 200)
  void a_tag_changes_exactly_with_the_body(@ForAll String one, @ForAll String other) {
    var tags = renderer(1);
    assertThat(tag(tags, one)).isEqualTo(tag(tags, one));
    assertThat(tag(tags, one).equals(tag(tags, other))).isEqualTo(one.equals(other));
  }

  @Test
  void another_process_makes_other_tags() {
    assertThat(tag(renderer(1), "body")).isNotEqualTo(tag(renderer(2), "body"));
  }
}
