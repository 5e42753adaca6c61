package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import observatory.kernel.Ptx;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The PTX that is shipped becomes machine code by the compiler of CUDA 12.0, which is a library and needs neither
 * driver nor device: so drivers of that age accept it, and nothing newer slipped in under its lowered version.
 */
class PtxAssemblesTest {
    private static final int SUCCESS = 0;
    /** A block of 256 threads with more registers than this leaves half of a multiprocessor without work. */
    private static final int MOST_REGISTERS = 128;

    @Test
    void kernelsOfFp32AssembleAndLeaveRoomForSeveralBlocks() {
        String log = assemble("f32", "sm_80");
        Matcher used = Pattern.compile("Used (\\d+) registers").matcher(log);
        int kernels = 0;
        while (used.find()) {
            kernels++;
            assertTrue(Integer.parseInt(used.group(1)) <= MOST_REGISTERS, used.group());
        }
        assertTrue(kernels > 40, "kernels=" + kernels);
    }

    /** Twice half a minute of one core, because attention is unrolled for three head sizes. */
    @Tag("soak")
    @ParameterizedTest
    @CsvSource({"bf16, sm_80", "f16, sm_90", "bf16, sm_90", "f32, sm_90"})
    void kernelsOfEveryFormatAssembleForEveryGeneration(String element, String device) {
        assemble(element, device);
    }

    private static String assemble(String element, String device) {
        byte[] image = Ptx.of(element).image();
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        assertEquals(SUCCESS, JNvPTXCompiler.nvPTXCompilerCreate(compiler, image.length, image));
        try {
            String[] options = {"--gpu-name=" + device, "--verbose"};
            int code = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            assertEquals(SUCCESS, code, () -> errors(compiler));
            long[] size = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
            byte[] log = new byte[Math.toIntExact(size[0]) + 1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
            return new String(log, StandardCharsets.US_ASCII);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    private static String errors(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
        byte[] log = new byte[Math.toIntExact(size[0]) + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
        return new String(log, StandardCharsets.US_ASCII);
    }
}
