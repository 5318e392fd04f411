import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Leaves out what nobody uses: of all libraries the methods that nothing names, of the largest ones
 * the classes too. All that is loaded stays in memory, and is read at each start.
 */
final class Shrinking {
  private static final Pattern TYPE = Pattern.compile("L([\\w/$]+);");

  /** Libraries of which little is used, and that look for none of their classes by a made-up name. */
  private static final Pattern SHRUNK =
      Pattern.compile(
          "org/bouncycastle/.*"
              + "|(kotlin|okhttp3|okio|io/javalin|redis|ch/qos/logback|com/aliyun/sdk/service)/.*\\.class");

  /**
   * Names all algorithms of Bouncy Castle: for signatures with SM3, which the agent does not use. The
   * vendor's signers name it in turn. It must be there, and what it names, and nothing behind that.
   */
  private static final String NOT_FOLLOWED =
      "org/bouncycastle/jce/provider/BouncyCastleProvider.class";

  private final Map<String, byte[]> files;
  private final List<String> providers;

  /** Takes all files by their names, and the names of the classes that are offered as services. */
  Shrinking(Map<String, byte[]> files, List<String> providers) {
    this.files = files;
    this.providers = providers;
  }

  void shrink() {
    leaveOutClasses();
    var methods = new UnusedMethods(files);
    while (methods.leaveOut() > 0) {
      leaveOutClasses();
    }
  }

  private void leaveOutClasses() {
    var needed = new HashSet<String>();
    var todo = new ArrayDeque<String>();
    for (var name : files.keySet()) {
      if (name.endsWith(".class") && !SHRUNK.matcher(name).matches()) {
        todo.add(name);
      }
    }
    for (var provider : providers) {
      todo.add(provider.replace('.', '/') + ".class");
    }
    needed.addAll(todo);
    var merelyNamed = new HashSet<String>();
    while (!todo.isEmpty()) {
      var next = todo.remove();
      for (var name : shrunkReferences(next)) {
        if (next.equals(NOT_FOLLOWED)) {
          merelyNamed.add(name);
        } else if (needed.add(name)) {
          todo.add(name);
        }
      }
    }
    needed.addAll(merelyNamed);
    files.keySet().removeIf(name -> SHRUNK.matcher(name).matches() && !needed.contains(name));
  }

  private List<String> shrunkReferences(String file) {
    return references(files.get(file)).stream()
        .filter(name -> files.containsKey(name) && SHRUNK.matcher(name).matches())
        .toList();
  }

  /** The files of the classes that a class names: as such, in signatures, or as a mere text. */
  private static Set<String> references(byte[] content) {
    var names = new HashSet<String>();
    for (var entry : ClassFile.of().parse(content).constantPool()) {
      switch (entry) {
        case ClassEntry named -> names.add(named.asInternalName() + ".class");
        case Utf8Entry text -> {
          var types = TYPE.matcher(text.stringValue());
          while (types.find()) {
            names.add(types.group(1) + ".class");
          }
          names.add(text.stringValue().replace('.', '/') + ".class");
        }
        default -> {}
      }
    }
    return names;
  }
}
