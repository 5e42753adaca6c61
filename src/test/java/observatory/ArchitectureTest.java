package observatory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the poms cannot say. Which module may use which is said by them: a forbidden arrow does not compile. */
@AnalyzeClasses(packages = "observatory", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule jcudaStaysInTheCudaBackend = noClasses()
            .that()
            .resideOutsideOfPackage("observatory.trainer.cuda..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jcuda..");

    /** Probes run on the training thread: no file, no socket, no lock that another thread can hold. */
    @ArchTest
    static final ArchRule probesTouchNothingThatCanMakeTrainingWait = noClasses()
            .that()
            .resideInAPackage("observatory.probe..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.net..", "java.nio..", "java.util.concurrent.locks..");

    @ArchTest
    static final ArchRule modelsOfScreensKnowNoSceneGraph = noClasses()
            .that()
            .resideInAPackage("observatory.ui..")
            .and()
            .haveSimpleNameEndingWith("Model")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javafx.scene..", "javafx.stage..");

    @ArchTest
    static final ArchRule nobodyLooksAtTheEnvironmentBelowTheCommand = noClasses()
            .that()
            .resideInAnyPackage("observatory.probe..", "observatory.trainer..", "observatory.analysis..")
            .and()
            .doNotHaveSimpleName("CudaBench") // a program of its own, for machines without the whole one
            .should()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "exit", int.class);
}
