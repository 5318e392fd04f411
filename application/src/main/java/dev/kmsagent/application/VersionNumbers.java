package dev.kmsagent.application;

import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.NumberedVersion;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The numbers of the versions of each secret, by its plain name. A version that was not known gets
 * the number in its id ({@code v7}, {@code 7}) if no other has it, else the next one. The first
 * list of a secret ranks its versions by their creation, and raises numbers where it has to.
 *
 * <p>It is bounded: of a secret the latest versions are kept; if there are too many of all secrets,
 * the secret that was not used for longest is forgotten. Thread-safe.
 */
final class VersionNumbers {
  /** Twice as many as KMS keeps. */
  static final int VERSIONS_OF_A_SECRET = 20;

  /** On average for each secret that the cache holds. */
  private static final int VERSIONS = 4;

  /** Numbers that fit in 32 bits, with room to count on. */
  private static final Pattern NUMBERED = Pattern.compile("v?(\\d{1,9})");

  private final int bound;
  private final Map<SecretName, Numbers> secrets = new LinkedHashMap<>(16, 0.75f, true);
  private final AtomicInteger size = new AtomicInteger();

  /**
   * @param cacheSize how many secrets the cache keeps
   */
  VersionNumbers(int cacheSize) {
    this.bound = Math.max(VERSIONS_OF_A_SECRET, VERSIONS * cacheSize);
  }

  /** The number of a version that was read. */
  synchronized int number(SecretName name, DatedVersion version) {
    var numbers = secrets.computeIfAbsent(name.plain(), _ -> new Numbers());
    var _ = size.addAndGet(-numbers.size());
    var number = numbers.number(version);
    var _ = size.addAndGet(numbers.size());
    removeEldest();
    return number;
  }

  /** Takes a list of the versions of a secret; what it lacks KMS has dropped. */
  synchronized void take(SecretName name, List<DatedVersion> versions) {
    var numbers = secrets.computeIfAbsent(name.plain(), _ -> new Numbers());
    var _ = size.addAndGet(-numbers.size());
    numbers.take(versions);
    var _ = size.addAndGet(numbers.size());
    removeEldest();
  }

  /** Whether a list of this secret was taken. */
  synchronized boolean isListed(SecretName name) {
    return Optional.ofNullable(secrets.get(name.plain())).filter(it -> it.ranked.get()).isPresent();
  }

  /** The versions of a secret that are known, in the order of their numbers. */
  synchronized List<NumberedVersion> known(SecretName name) {
    return Optional.ofNullable(secrets.get(name.plain())).map(Numbers::all).orElse(List.of());
  }

  /** How many versions are known of all secrets. */
  synchronized int size() {
    return size.get();
  }

  private void removeEldest() {
    var eldest = secrets.values().iterator();
    while (size.get() > bound) {
      var _ = size.addAndGet(-eldest.next().size());
      eldest.remove();
    }
  }

  /** The versions of one secret. */
  private static final class Numbers {
    private static final Comparator<NumberedVersion> BY_NUMBER =
        Comparator.comparingInt(NumberedVersion::number);

    private final Map<VersionId, NumberedVersion> versions = new HashMap<>();
    private final AtomicInteger last = new AtomicInteger();
    private final AtomicBoolean ranked = new AtomicBoolean();

    int size() {
      return versions.size();
    }

    List<NumberedVersion> all() {
      return versions.values().stream().sorted(BY_NUMBER).toList();
    }

    int number(DatedVersion version) {
      var known = versions.get(version.id());
      return known == null ? add(version, next(version.id())) : known.number();
    }

    private int add(DatedVersion version, int number) {
      versions.put(version.id(), new NumberedVersion(number, version, false));
      var _ = last.accumulateAndGet(number, Math::max);
      if (versions.size() > VERSIONS_OF_A_SECRET) {
        versions.remove(all().getFirst().version().id());
      }
      return number;
    }

    /** The number in the id, if no version has it, else one that none has had. */
    private int next(VersionId id) {
      var own = numberIn(id);
      return own > 0 && all().stream().noneMatch(version -> version.number() == own)
          ? own
          : last.get() + 1;
    }

    private static int numberIn(VersionId id) {
      var numbered = NUMBERED.matcher(id.value());
      return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 0;
    }

    void take(List<DatedVersion> listed) {
      var latest =
          listed.stream()
              .sorted(Comparator.comparing(DatedVersion::createdAt))
              .skip(Math.max(0, listed.size() - VERSIONS_OF_A_SECRET))
              .toList();
      if (ranked.compareAndSet(false, true)) {
        rank(latest);
      }
      int greatest = 0;
      var ids = new HashSet<VersionId>();
      for (var version : latest) {
        ids.add(version.id());
        var number = number(version);
        versions.replace(version.id(), new NumberedVersion(number, version, false));
        greatest = Math.max(greatest, number);
      }
      drop(ids, greatest);
    }

    /** A version that was read after the list was made has a greater number than all in it. */
    private void drop(Set<VersionId> listed, int greatest) {
      versions.replaceAll(
          (id, it) ->
              listed.contains(id) || it.number() > greatest
                  ? it
                  : new NumberedVersion(it.number(), it.version(), true));
    }

    /** Numbers that are given grow if a version that was created before has no lower one. */
    private void rank(List<DatedVersion> listed) {
      var all = new ArrayList<>(listed);
      var ids = listed.stream().map(DatedVersion::id).collect(Collectors.toSet());
      all().stream()
          .map(NumberedVersion::version)
          .filter(version -> !ids.contains(version.id()))
          .forEach(all::add);
      all.sort(Comparator.comparing(DatedVersion::createdAt));
      int previous = 0;
      for (var version : all) {
        var known = Optional.ofNullable(versions.get(version.id())).map(NumberedVersion::number);
        var least = Math.max(previous + 1, known.orElse(0));
        previous = add(version, Math.max(least, numberIn(version.id())));
      }
    }
  }
}
