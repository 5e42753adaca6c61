package observatory.trainer.cuda;

import jcuda.driver.CUresult;
import observatory.trainer.DeviceLost;
import observatory.trainer.DeviceUnusable;

/** What the CUDA driver refused, or what failed on the device: which call, with what code, and what to do. */
final class CudaFailure {
    /** Of drivers for CUDA 12.8 and newer: the device has contained a fault of its own, and the process is lost. */
    private static final int CONTAINED = 721;

    private CudaFailure() {}

    /** A lost device where the code says so, else a call that was refused. */
    static RuntimeException of(String call, int code) {
        String message = call + " failed: " + CUresult.stringFor(code) + " (" + code + ")" + advice(code);
        return hardware(code) ? new DeviceLost(message) : new DeviceUnusable(message);
    }

    /** Whether the device itself is at fault, or its state lost, rather than the call. */
    private static boolean hardware(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_SYSTEM_NOT_READY,
                    CUresult.CUDA_ERROR_UNKNOWN,
                    CONTAINED -> true;
            default -> false;
        };
    }

    static void check(String call, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw of(call, code);
        }
    }

    private static String advice(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE ->
                "; the device's memory is damaged: look at nvidia-smi -q -d ECC, and train on another device";
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> "; nvidia-smi shows what else is on the device";
            case CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE ->
                "; another process holds the device exclusively: nvidia-smi shows which";
            case CUresult.CUDA_ERROR_LAUNCH_FAILED, CUresult.CUDA_ERROR_ILLEGAL_ADDRESS ->
                "; the device's state is lost: resume from the last checkpoint, and look at dmesg for Xid messages";
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, CUresult.CUDA_ERROR_INVALID_PTX ->
                "; update the NVIDIA driver";
            default -> "";
        };
    }
}
