package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.NumberedVersion;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class VersionNumbersTest {
  private static final SecretName DB = new SecretName("db");

  private final VersionNumbers numbers = new VersionNumbers(1000);

  /** A version that was created in this second. */
  private static DatedVersion version(String id, long second) {
    return new DatedVersion(new VersionId(id), Instant.ofEpochSecond(second));
  }

  private List<String> known() {
    return numbers.known(DB).stream()
        .map(it -> it.number() + "=" + it.version().id() + (it.isDropped() ? " dropped" : ""))
        .toList();
  }

  @Test
  void versions_count_on_as_they_are_read() {
    assertThat(numbers.number(DB, version("x", 1))).isEqualTo(1);
    assertThat(numbers.number(DB, version("y", 2))).isEqualTo(2);
    assertThat(numbers.number(DB, version("x", 1))).isEqualTo(1);
    assertThat(numbers.number(new SecretName("other"), version("y", 2))).isEqualTo(1);
  }

  @Test
  void an_arn_and_its_plain_name_have_the_same_numbers() {
    numbers.number(DB, version("x", 1));
    var arn = new SecretName("acs:kms:cn-hangzhou:1:secret/db");
    assertThat(numbers.number(arn, version("y", 2))).isEqualTo(2);
  }

  @Test
  void a_number_in_an_id_is_kept() {
    assertThat(numbers.number(DB, version("v3", 3))).isEqualTo(3);
    assertThat(numbers.number(DB, version("2", 2))).isEqualTo(2);
    assertThat(numbers.number(DB, version("x", 4))).isEqualTo(4);
    assertThat(numbers.number(DB, version("v4", 5))).isEqualTo(5);
    assertThat(numbers.number(DB, version("v0", 6))).isEqualTo(6);
    assertThat(numbers.number(DB, version("v999999999999", 7))).isEqualTo(7);
  }

  @Test
  void the_first_list_ranks_by_creation() {
    numbers.take(DB, List.of(version("z", 3), version("x", 1), version("y", 2)));
    assertThat(known()).containsExactly("1=x", "2=y", "3=z");
  }

  @Test
  void the_first_list_raises_numbers_that_reads_gave() {
    numbers.number(DB, version("z", 3));
    numbers.take(DB, List.of(version("x", 1), version("y", 2), version("z", 3)));
    assertThat(known()).containsExactly("1=x", "2=y", "3=z");
  }

  @Test
  void later_lists_count_on_and_show_what_was_dropped() {
    numbers.take(DB, List.of(version("x", 1), version("y", 2)));
    numbers.take(DB, List.of(version("y", 2), version("z", 3)));
    assertThat(known()).containsExactly("1=x dropped", "2=y", "3=z");
  }

  @Test
  void what_was_read_after_a_list_was_made_is_not_dropped() {
    numbers.take(DB, List.of(version("x", 1)));
    numbers.number(DB, version("y", 2));
    numbers.take(DB, List.of(version("x", 1)));
    assertThat(known()).containsExactly("1=x", "2=y");
  }

  @Test
  void of_a_secret_the_latest_versions_are_kept() {
    IntStream.range(0, 50).forEach(i -> numbers.number(DB, version("x" + i, i)));
    assertThat(numbers.known(DB)).hasSize(VersionNumbers.VERSIONS_OF_A_SECRET);
    assertThat(numbers.known(DB).getLast().number()).isEqualTo(50);
    numbers.take(DB, IntStream.range(0, 100).mapToObj(i -> version("y" + i, i)).toList());
    assertThat(numbers.known(DB)).hasSize(VersionNumbers.VERSIONS_OF_A_SECRET);
  }

  @Test
  void the_secret_that_was_not_used_for_longest_is_forgotten() {
    var few = new VersionNumbers(10);
    few.number(DB, version("x", 1));
    for (int i = 0; i < 1000; i++) {
      few.number(new SecretName("s" + i), version("x", 1));
      assertThat(few.size()).isLessThanOrEqualTo(40);
    }
    assertThat(few.known(DB)).isEmpty();
    assertThat(few.known(new SecretName("s999"))).hasSize(1);
  }

  /** Steps: odd ones read the version of their number, even ones list up to it. */
  @Property(tries = 500)
  void numbers_are_different_and_never_shrink_and_follow_creation_in_a_first_list(
      @ForAll @Size(max = 30) List<@IntRange(min = 0, max = 31) Integer> steps) {
    var fresh = new VersionNumbers(1000);
    var before = new HashMap<VersionId, Integer>();
    for (int step : steps) {
      if (step % 2 == 1) {
        fresh.number(DB, created(step / 2));
      } else {
        fresh.take(DB, lastTen(step / 2));
      }
      assertThat(fresh.known(DB).stream().map(NumberedVersion::number))
          .doesNotHaveDuplicates()
          .allMatch(number -> number > 0);
      for (var known : fresh.known(DB)) {
        var id = known.version().id();
        assertThat(known.number()).isGreaterThanOrEqualTo(before.getOrDefault(id, 0));
        before.put(id, known.number());
      }
    }
  }

  /** Some ids are a number. */
  private static DatedVersion created(int second) {
    return version(second % 3 == 0 ? "v" + second : "x" + second, second);
  }

  private static List<DatedVersion> lastTen(int end) {
    var versions = new ArrayList<DatedVersion>();
    for (int i = Math.max(0, end - 10); i < end; i++) {
      versions.add(created(i));
    }
    return versions;
  }
}
