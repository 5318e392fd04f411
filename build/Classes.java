import java.io.ByteArrayInputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads and writes classes of a jar that is being made. */
final class Classes {
  private Classes() {}

  /**
   * One that finds what is above a class among {@code files} and in Java. It throws {@link
   * IllegalArgumentException} where it must know of a class that is in neither.
   */
  static ClassFile reader(Map<String, byte[]> files, ClassFile.Option... more) {
    var ours =
        ClassHierarchyResolver.ofResourceParsing(
            (ClassDesc type) -> {
              var name = type.descriptorString();
              var content = files.get(name.substring(1, name.length() - 1) + ".class");
              return content == null ? null : new ByteArrayInputStream(content);
            });
    var above = ours.orElse(ClassHierarchyResolver.defaultResolver());
    return ClassFile.of(
        Stream.concat(Stream.of(ClassHierarchyResolverOption.of(above)), Stream.of(more))
            .toArray(ClassFile.Option[]::new));
  }

  /**
   * The class {@code model} after {@code change}; empty if it names classes that are in none of
   * the jars, the emulator's or optional ones: what lies above them cannot be known.
   */
  static Optional<byte[]> changed(ClassFile reader, ClassModel model, ClassTransform change) {
    try {
      return Optional.of(reader.transformClass(model, change));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
