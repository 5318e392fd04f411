package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class RevisionTest {
  private static Revision of(String version, String created) {
    return Revision.of(new VersionId(version), created);
  }

  /** Agents of different releases compare theirs. */
  @Test
  void it_is_the_same_in_all_agents() {
    assertThat(of("v1", "2025-12-31T00:00:00Z")).hasToString("4fbe396d919a8da0");
    assertThat(new Revision(42)).hasToString("000000000000002a");
  }

  @Property
  void two_are_equal_only_of_the_same_version_and_date(
      @ForAll @NumericChars @StringLength(min = 1, max = 9) String version,
      @ForAll @NumericChars @StringLength(min = 1, max = 9) String created,
      @ForAll @NumericChars @StringLength(min = 1, max = 9) String otherVersion,
      @ForAll @NumericChars @StringLength(max = 9) String otherCreated) {
    assertThat(of(version, created).equals(of(otherVersion, otherCreated)))
        .isEqualTo(version.equals(otherVersion) && created.equals(otherCreated));
    assertThat(of(version, created)).isNotEqualTo(of(version + created, ""));
  }
}
