using System.Runtime.InteropServices;

namespace Pare.Torch.Native;

/// <summary>
/// Lets threads of the tensor library sleep while they wait for each other. GNU OpenMP has them spin, which is a little faster on an idle machine and
/// many times slower where anything else wants a core: a thread that has its part done then keeps the others from theirs.
/// </summary>
internal static partial class WaitPolicy
{
    /// <summary>Sets OpenMP's policy for this process unless the user has; OpenMP reads it when it is loaded.</summary>
    public static void Install()
    {
        // The runtime's own copy of the environment is not what native libraries see.
        if (OperatingSystem.IsLinux()) _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
