import java.io.ByteArrayInputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.constant.ClassDesc;
import java.util.Map;
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
}
