using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Pare.Torch.Native;

/// <summary>
/// Does without oneDNN on virtual machines that hide the caches of an AMD processor. oneDNN takes a hidden cache for one of a single byte: it then divides by zero, which ends the
/// process, or leaves weights out of a convolution without a word. Torch's own convolutions are slower and right.
/// </summary>
internal static partial class HiddenCaches
{
    public static void Install()
    {
        if (!OperatingSystem.IsLinux() || !AreHidden()) return;
        var context = GlobalContext();
        SetUserEnabledMkldnn(context, enabled: 0);
        // NNPACK gives up by itself, with a warning at every convolution.
        SetUserEnabledNnpack(context, enabled: 0);
    }

    /// <summary>AMD's manual, volume 3, E.4.15: function 8000001D lists a cache per index; type 0 at the first says that there is none.</summary>
    private static bool AreHidden() => X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == 0x68747541 /* Auth */ && (X86Base.CpuId(unchecked((int)0x8000001D), 0).Eax & 0x1F) == 0;

    // No other way to the switches: TorchSharp does not offer them, and no environment variable sets them.
    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb")]
    private static partial void SetUserEnabledMkldnn(nint context, byte enabled);

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void SetUserEnabledNnpack(nint context, byte enabled);
}
