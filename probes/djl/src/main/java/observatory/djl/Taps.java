package observatory.djl;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Lines added to methods of DJL in a running JVM, and taken away again. {@code Trainer.notifyListeners} says whom it
 * visits, {@code Trainer.step} says that it begins and that it is over, and {@code AbstractBaseBlock.forward}, through
 * which every block computes, says in training what came out. They speak through one small class made beside
 * {@code Trainer}, so that no class of the observatory has to be visible there.
 */
final class Taps implements ClassFileTransformer {
    private static final String TAP = "ai.djl.training.ObservatoryTap";
    private static final ClassDesc TAP_CLASS = ClassDesc.of(TAP);
    private static final ClassDesc BI_CONSUMER = ClassDesc.of("java.util.function.BiConsumer");
    private static final MethodTypeDesc TELL = MethodTypeDesc.of(CD_void, CD_Object, CD_Object);
    private static final MethodTypeDesc COMPUTED = MethodTypeDesc.of(CD_void, CD_Object, CD_Object, CD_boolean);

    private final List<Class<?>> classes;
    private Throwable failure;

    private Taps(List<Class<?>> classes) {
        this.classes = classes;
    }

    /**
     * Adds the lines; what is said goes to {@code to}.
     *
     * @param classes {@code Trainer} first
     * @return what takes them away
     * @throws IllegalStateException where the JVM or this DJL does not allow it
     */
    static Runnable open(Instrumentation jvm, List<Class<?>> classes, BiConsumer<Object, Object> to) {
        Taps taps = new Taps(classes);
        Class<?> tap = tap(classes.getFirst());
        set(tap, to);
        jvm.addTransformer(taps, true);
        Runnable close = () -> {
            jvm.removeTransformer(taps);
            set(tap, null);
            retransform(jvm, classes);
        };
        retransform(jvm, classes);
        if (taps.failure != null) {
            close.run();
            throw new IllegalStateException("this version of DJL cannot be watched from outside: " + taps.failure
                    + "; add ObservatoryListener to its training config (docs/probes.md)");
        }
        return close;
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] code) {
        if (type == null || !classes.contains(type)) {
            return null;
        }
        try {
            ClassFile format = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                    ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver())));
            return format.transformClass(format.parse(code), (builder, element) -> {
                if (element instanceof MethodModel method && lines(method).isPresent()) {
                    builder.transformMethod(
                            method,
                            MethodTransform.transformingCode(lines(method).get()));
                } else {
                    builder.with(element);
                }
            });
        } catch (Throwable e) {
            failure = e;
            return null;
        }
    }

    /** What is added to a method. */
    private static Optional<CodeTransform> lines(MethodModel method) {
        MethodTypeDesc type = method.methodTypeSymbol();
        if (method.code().isEmpty()) {
            return Optional.empty();
        }
        return switch (method.methodName().stringValue()) {
            case "notifyListeners" ->
                Optional.of(new Lines(code -> tell(code.aload(0).aload(1)), _ -> {}));
            case "step" ->
                type.parameterCount() > 0
                        ? Optional.empty()
                        : Optional.of(new Lines(
                                code -> tell(code.aload(0).ldc(Heard.STEPPING)),
                                code -> tell(code.aload(0).ldc(Heard.STEPPED))));
            case "forward" ->
                type.parameterCount() < 4
                        ? Optional.empty()
                        : Optional.of(new Lines(_ -> {}, code -> {
                            code.dup().aload(0).swap();
                            // One of the two is told whether it trains, the other has labels and always does.
                            if (type.parameterType(2).equals(CD_boolean)) {
                                code.iload(3);
                            } else {
                                code.iconst_1();
                            }
                            code.invokestatic(TAP_CLASS, "computed", COMPUTED);
                        }));
            default -> Optional.empty();
        };
    }

    private static void tell(CodeBuilder code) {
        code.invokestatic(TAP_CLASS, "tell", TELL);
    }

    /** Lines before the first of a method, and before each return. */
    private record Lines(Consumer<CodeBuilder> first, Consumer<CodeBuilder> last) implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            first.accept(code);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof ReturnInstruction) {
                last.accept(code);
            }
            code.with(element);
        }
    }

    /**
     * The class beside {@code Trainer}, as it was made before, or made now: it hands on what it is told, to whom it is
     * set.
     */
    private static Class<?> tap(Class<?> trainer) {
        try {
            return Class.forName(TAP, true, trainer.getClassLoader());
        } catch (ClassNotFoundException e) {
            byte[] code = ClassFile.of()
                    .build(
                            TAP_CLASS,
                            type -> type.withVersion(ClassFile.JAVA_8_VERSION, 0)
                                    .withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL)
                                    .withField(
                                            "to",
                                            BI_CONSUMER,
                                            ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_VOLATILE)
                                    .withMethodBody(
                                            "tell",
                                            TELL,
                                            ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                            body -> body.getstatic(TAP_CLASS, "to", BI_CONSUMER)
                                                    .astore(2)
                                                    .aload(2)
                                                    .ifThen(
                                                            Opcode.IFNONNULL,
                                                            there -> there.aload(2)
                                                                    .aload(0)
                                                                    .aload(1)
                                                                    .invokeinterface(BI_CONSUMER, "accept", TELL))
                                                    .return_())
                                    .withMethodBody(
                                            "computed",
                                            COMPUTED,
                                            ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                            body -> body.iload(2)
                                                    .ifThen(training -> tell(
                                                            training.aload(0).aload(1)))
                                                    .return_()));
            try {
                return MethodHandles.privateLookupIn(trainer, MethodHandles.lookup())
                        .defineClass(code);
            } catch (IllegalAccessException closed) {
                throw new IllegalStateException(
                        "DJL is in a module that is closed: " + closed.getMessage()
                                + "; add ObservatoryListener to its training config (docs/probes.md)",
                        closed);
            }
        }
    }

    private static void set(Class<?> tap, BiConsumer<Object, Object> to) {
        try {
            tap.getField("to").set(null, to);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(TAP + " is not the class that was made before: " + e, e);
        }
    }

    private static void retransform(Instrumentation jvm, List<Class<?>> classes) {
        try {
            jvm.retransformClasses(classes.toArray(Class<?>[]::new));
        } catch (UnmodifiableClassException e) {
            throw new IllegalStateException("this JVM does not let classes be changed: " + e, e);
        }
    }
}
