package observatory.djl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Whether DJL's PyTorch engine has its native library on the class path; nothing is fetched for a test. */
final class LibTorch {
    private LibTorch() {}

    /** Skips the test, saying why, where it has not. */
    static void assume() {
        assumeTrue(
                LibTorch.class.getResource("/native/lib/pytorch.properties") != null,
                "no native libtorch on the class path (profile libtorch, Linux on x86-64)");
    }
}
