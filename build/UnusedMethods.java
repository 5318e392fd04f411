import java.lang.classfile.Annotation;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.DebugElementsOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.classfile.attribute.SourceDebugExtensionAttribute;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Leaves methods of libraries out that nothing calls. A method stays if any class of the jar names
 * one of its name and types, whatever the class; if Java may call it, since a class or interface of
 * Java's above any class here has one such; and if any text in the jar is its name, since it may be
 * looked for by that. What only tools read goes too: names of local variables, notes for Kotlin.
 */
final class UnusedMethods {
  /** The project's own classes; they stay whole. */
  private static final String OWN = "dev/kmsagent/";

  /** What Java looks for by its name. */
  private static final Set<String> BY_NAME =
      Set.of(
          "<init>",
          "<clinit>",
          "main",
          "values",
          "valueOf",
          "readObject",
          "readObjectNoData",
          "readResolve",
          "writeObject",
          "writeReplace");

  private static final String FOR_KOTLIN = "Lkotlin/Metadata;";

  private final Map<String, byte[]> files;
  private final ClassFile classFile;
  private final Set<String> known = new HashSet<>();
  private final Set<String> ofJava = new HashSet<>();
  private final Set<String> done = new HashSet<>();
  private int leftOut;

  /** Takes all files by their names, and changes them. */
  UnusedMethods(Map<String, byte[]> files) {
    this.files = files;
    classFile =
        Classes.reader(files, ConstantPoolSharingOption.NEW_POOL, DebugElementsOption.DROP_DEBUG);
  }

  /** Goes through all once and gives the number of methods that are left out. */
  int leaveOut() {
    var used = new HashSet<String>();
    var texts = new HashSet<String>();
    for (var file : files.entrySet()) {
      if (file.getKey().endsWith(".class")) {
        var model = classFile.parse(file.getValue());
        note(model, used, texts);
        noteJava(model);
      }
    }
    int before = leftOut;
    for (var file : files.entrySet()) {
      if (file.getKey().endsWith(".class")) {
        file.setValue(leaveOut(file.getKey(), file.getValue(), used, texts));
      }
    }
    return leftOut - before;
  }

  private byte[] leaveOut(String name, byte[] content, Set<String> used, Set<String> texts) {
    var model = classFile.parse(content);
    var unused = new HashSet<MethodModel>();
    if (!name.startsWith(OWN)) {
      model.methods().stream()
          .filter(method -> !mayBeCalled(model, method, used, texts))
          .forEach(unused::add);
    }
    if (unused.isEmpty() && done.contains(name)) {
      return content;
    }
    var lighter =
        Classes.changed(
            classFile,
            model,
            ClassTransform.dropping(
                element ->
                    isForTools(element)
                        || (element instanceof MethodModel method && unused.contains(method))));
    if (lighter.isPresent()) {
      done.add(name);
      leftOut += unused.size();
    }
    return lighter.orElse(content);
  }

  private static void note(ClassModel model, Set<String> used, Set<String> texts) {
    for (var entry : model.constantPool()) {
      switch (entry) {
        case NameAndTypeEntry named ->
            used.add(key(named.name().stringValue(), named.type().stringValue()));
        case StringEntry text -> texts.add(text.stringValue());
        default -> {}
      }
    }
  }

  /** The methods of the classes and interfaces of Java's that are above one. */
  private void noteJava(ClassModel model) {
    model.superclass().ifPresent(type -> noteJava(type.asInternalName()));
    model.interfaces().forEach(type -> noteJava(type.asInternalName()));
  }

  private void noteJava(String name) {
    if (files.containsKey(name + ".class") || !known.add(name)) {
      return;
    }
    try {
      var type = Class.forName(name.replace('/', '.'), false, ClassLoader.getPlatformClassLoader());
      for (var method : type.getDeclaredMethods()) {
        ofJava.add(key(method.getName(), type(method)));
      }
      if (type.getSuperclass() != null) {
        noteJava(type.getSuperclass().getName().replace('.', '/'));
      }
      for (var above : type.getInterfaces()) {
        noteJava(above.getName().replace('.', '/'));
      }
    } catch (ClassNotFoundException e) {
      // In none of the jars: no such class can be loaded.
    }
  }

  private static String type(Method method) {
    return MethodType.methodType(method.getReturnType(), method.getParameterTypes())
        .descriptorString();
  }

  private boolean mayBeCalled(
      ClassModel model, MethodModel method, Set<String> used, Set<String> texts) {
    var name = method.methodName().stringValue();
    var key = key(name, method.methodType().stringValue());
    return BY_NAME.contains(name)
        || method.flags().has(AccessFlag.ABSTRACT)
        || method.flags().has(AccessFlag.NATIVE)
        || model.flags().has(AccessFlag.ANNOTATION)
        || isRecord(model)
        || used.contains(key)
        || ofJava.contains(key)
        || texts.contains(name);
  }

  private static boolean isRecord(ClassModel model) {
    return model
        .superclass()
        .filter(type -> type.asInternalName().equals("java/lang/Record"))
        .isPresent();
  }

  private static String key(String name, String type) {
    return name + type;
  }

  private static boolean isForTools(ClassElement element) {
    return switch (element) {
      case SourceDebugExtensionAttribute _, RuntimeInvisibleAnnotationsAttribute _ -> true;
      case RuntimeVisibleAnnotationsAttribute visible ->
          visible.annotations().stream()
              .map(Annotation::className)
              .allMatch(name -> name.equalsString(FOR_KOTLIN));
      default -> false;
    };
  }
}
