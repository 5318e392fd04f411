import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.LoadableConstantEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.runtime.ObjectMethods;
import java.lang.runtime.SwitchBootstraps;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Compiles switches over types, and {@code equals} and {@code hashCode} of records, to plain code.
 * The compiler leaves them to {@link SwitchBootstraps} and {@link ObjectMethods}, which make classes
 * for each when it is first come by; an AOT cache of JDK 25 keeps none of these classes, so that
 * each start would make them anew. The results are the same.
 */
final class PlainCode {
  private static final ClassDesc OBJECTS = ClassDesc.of(Objects.class.getName());
  private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
  private static final Set<String> OF_RECORDS = Set.of("equals", "hashCode");

  private final ClassFile classFile;

  /** Needs all files by their names, for what is above a class. */
  PlainCode(Map<String, byte[]> files) {
    classFile = Classes.reader(files);
  }

  /** The class {@code content} in plain code; the same array if nothing is to be done. */
  byte[] of(byte[] content) {
    var model = classFile.parse(content);
    return isToBeRewritten(model)
        ? Classes.changed(classFile, model, new Rewriting(model).transform()).orElse(content)
        : content;
  }

  private static boolean isToBeRewritten(ClassModel model) {
    for (var entry : model.constantPool()) {
      if (entry instanceof InvokeDynamicEntry call && isToBeRewritten(call)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isToBeRewritten(InvokeDynamicEntry call) {
    return isTypeSwitch(call) || isOfRecord(call);
  }

  /** One over types alone: constants among the labels are left as they are. */
  private static boolean isTypeSwitch(InvokeDynamicEntry call) {
    return isMadeBy(SwitchBootstraps.class, call)
        && call.name().equalsString("typeSwitch")
        && call.bootstrap().arguments().stream().allMatch(ClassEntry.class::isInstance);
  }

  private static boolean isOfRecord(InvokeDynamicEntry call) {
    return isMadeBy(ObjectMethods.class, call) && OF_RECORDS.contains(call.name().stringValue());
  }

  private static boolean isMadeBy(Class<?> bootstraps, InvokeDynamicEntry call) {
    var owner = call.bootstrap().bootstrapMethod().reference().owner();
    return owner.asInternalName().equals(bootstraps.getName().replace('.', '/'));
  }

  private static final class Rewriting {
    private final ClassDesc type;
    private final boolean isInterface;
    private final Map<InvokeDynamicEntry, String> helpers = new LinkedHashMap<>();

    Rewriting(ClassModel model) {
      type = model.thisClass().asSymbol();
      isInterface = model.flags().has(AccessFlag.INTERFACE);
    }

    ClassTransform transform() {
      return ClassTransform.transformingMethodBodies(this::replace)
          .andThen(ClassTransform.endHandler(this::addHelpers));
    }

    private void replace(CodeBuilder code, CodeElement element) {
      if (element instanceof InvokeDynamicInstruction call
          && isToBeRewritten(call.invokedynamic())) {
        code.invokestatic(type, helper(call.invokedynamic()), call.typeSymbol(), isInterface);
      } else {
        code.with(element);
      }
    }

    private String helper(InvokeDynamicEntry call) {
      return helpers.computeIfAbsent(call, _ -> call.name().stringValue() + '$' + helpers.size());
    }

    private void addHelpers(ClassBuilder builder) {
      int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;
      helpers.forEach(
          (call, name) ->
              builder.withMethodBody(name, call.typeSymbol(), flags, code -> write(code, call)));
    }

    private void write(CodeBuilder code, InvokeDynamicEntry call) {
      var arguments = call.bootstrap().arguments();
      switch (call.name().stringValue()) {
        case "typeSwitch" -> typeSwitch(code, arguments);
        case "equals" -> equality(code, fields(arguments));
        case "hashCode" -> hash(code, fields(arguments));
        default -> throw new IllegalStateException(call.toString());
      }
    }

    /** int typeSwitch(target, restart): -1 for null, else the first label from restart on, or all. */
    private static void typeSwitch(CodeBuilder code, List<LoadableConstantEntry> labels) {
      int target = code.parameterSlot(0);
      int restart = code.parameterSlot(1);
      code.aload(target).ifThen(Opcode.IFNULL, c -> c.iconst_m1().ireturn());
      for (int i = 0; i < labels.size(); i++) {
        int label = i;
        var next = code.newLabel();
        code.iload(restart).loadConstant(label).if_icmpgt(next);
        code.aload(target).instanceOf((ClassEntry) labels.get(label)).ifeq(next);
        code.loadConstant(label).ireturn().labelBinding(next);
      }
      code.loadConstant(labels.size()).ireturn();
    }

    /** The components of a record: its class, their names, and what reads each. */
    private static List<FieldRefEntry> fields(List<LoadableConstantEntry> arguments) {
      return arguments.stream()
          .skip(2)
          .map(getter -> (FieldRefEntry) ((MethodHandleEntry) getter).reference())
          .toList();
    }

    /** boolean equals(record, other). */
    private void equality(CodeBuilder code, List<FieldRefEntry> fields) {
      var different = code.newLabel();
      code.aload(1).instanceOf(type).ifeq(different);
      code.aload(1).checkcast(type).astore(2);
      for (var field : fields) {
        code.aload(0).getfield(field).aload(2).getfield(field);
        var kind = TypeKind.from(field.typeSymbol());
        switch (kind) {
          case REFERENCE ->
              code.invokestatic(
                      OBJECTS,
                      "equals",
                      MethodTypeDesc.of(ConstantDescs.CD_boolean, OBJECT, OBJECT))
                  .ifeq(different);
          case LONG -> code.lcmp().ifne(different);
          case FLOAT, DOUBLE ->
              code.invokestatic(box(field), "compare", comparison(field)).ifne(different);
          default -> code.if_icmpne(different);
        }
      }
      code.iconst_1().ireturn().labelBinding(different).iconst_0().ireturn();
    }

    /** int hashCode(record). */
    private static void hash(CodeBuilder code, List<FieldRefEntry> fields) {
      code.iconst_0();
      for (var field : fields) {
        code.bipush(31).imul().aload(0).getfield(field);
        if (TypeKind.from(field.typeSymbol()) == TypeKind.REFERENCE) {
          code.invokestatic(OBJECTS, "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int, OBJECT));
        } else {
          var hash = MethodTypeDesc.of(ConstantDescs.CD_int, field.typeSymbol());
          code.invokestatic(box(field), "hashCode", hash);
        }
        code.iadd();
      }
      code.ireturn();
    }

    private static MethodTypeDesc comparison(FieldRefEntry field) {
      return MethodTypeDesc.of(ConstantDescs.CD_int, field.typeSymbol(), field.typeSymbol());
    }

    private static ClassDesc box(FieldRefEntry field) {
      return switch (TypeKind.from(field.typeSymbol())) {
        case BOOLEAN -> ConstantDescs.CD_Boolean;
        case BYTE -> ConstantDescs.CD_Byte;
        case CHAR -> ConstantDescs.CD_Character;
        case SHORT -> ConstantDescs.CD_Short;
        case INT -> ConstantDescs.CD_Integer;
        case LONG -> ConstantDescs.CD_Long;
        case FLOAT -> ConstantDescs.CD_Float;
        case DOUBLE -> ConstantDescs.CD_Double;
        default -> throw new IllegalArgumentException(field.toString());
      };
    }
  }
}
