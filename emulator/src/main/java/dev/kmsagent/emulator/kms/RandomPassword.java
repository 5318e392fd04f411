package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** The action GetRandomPassword. Safe for many threads. */
final class RandomPassword {
  private static final String NAME = "RandomPassword";
  private static final Map<String, String> TYPES = types();

  private final RandomGenerator random = RandomGenerator.of("SecureRandom");

  /** The characters of each type, by the parameter that excludes them. */
  private static Map<String, String> types() {
    var types = new LinkedHashMap<String, String>();
    types.put("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz");
    types.put("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    types.put("ExcludeNumbers", "0123456789");
    types.put("ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
    return Collections.unmodifiableMap(types);
  }

  /**
   * A password of 8 to 128 characters, by default 32, with one of each type that is not excluded.
   */
  Result<JsonObject> generate(Parameters parameters) {
    List<String> types = remaining(parameters);
    boolean each =
        !parameters.get("RequireEachIncludedType").orElse("true").equalsIgnoreCase("false");
    return SecretParameters.integer(parameters, "PasswordLength", 32, 8, 128)
        .filter(_ -> !types.isEmpty(), KmsErrors.invalid("ExcludeCharacters"))
        .map(length -> answer(password(types, each ? types : List.of(), length)));
  }

  private static List<String> remaining(Parameters parameters) {
    String excluded = parameters.get("ExcludeCharacters").orElse("");
    return TYPES.entrySet().stream()
        .filter(type -> !parameters.flag(type.getKey()))
        .map(type -> without(excluded, type.getValue()))
        .filter(characters -> !characters.isEmpty())
        .toList();
  }

  private static String without(String excluded, String characters) {
    return characters
        .chars()
        .filter(character -> excluded.indexOf(character) < 0)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  private String password(List<String> types, List<String> required, int length) {
    String all = String.join("", types);
    var characters = new ArrayList<Character>();
    required.forEach(type -> characters.add(anyOf(type)));
    while (characters.size() < length) {
      characters.add(anyOf(all));
    }
    Collections.shuffle(characters, random);
    return characters.stream().map(String::valueOf).collect(Collectors.joining());
  }

  private char anyOf(String characters) {
    return characters.charAt(random.nextInt(characters.length()));
  }

  private static JsonObject answer(String password) {
    var json = new JsonObject();
    json.addProperty(NAME, password);
    return json;
  }
}
