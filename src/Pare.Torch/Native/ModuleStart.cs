using System.Runtime.CompilerServices;

namespace Pare.Torch.Native;

internal static class ModuleStart
{
    // A failed static constructor of torch is final, so the hook must stand before anything touches torch.
#pragma warning disable CA2255 // The assembly that wraps torch is the one place where this can be in time.
    [ModuleInitializer]
    internal static void Run()
    {
        WaitPolicy.Install();
        HeapPolicy.Install();
        NativeLibraryFix.Install();
        HiddenCaches.Install();
    }
#pragma warning restore CA2255
}
