using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace Pare.Torch.Native;

/// <summary>
/// Lets TorchSharp load on Linux systems whose C++ library is older than the one it was built with (Debian 12, Ubuntu 22.04).
/// Its native library asks for GLIBCXX_3.4.32 only for a symbol that is never called, so a copy that does not insist loads.
/// Nothing happens where the ordinary load succeeds.
/// </summary>
internal static class NativeLibraryFix
{
    private const string Library = "LibTorchSharp";
    private const string FileName = "libLibTorchSharp.so";
    private const string Version = "GLIBCXX_3.4.32";

    /// <summary>The libraries that the copy finds by name, since it stands in another folder; in the order of their needs.</summary>
    private static readonly string[] Companions = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    public static void Install()
    {
        if (OperatingSystem.IsLinux()) AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        if (name is not (Library or "lib" + Library or FileName)) return 0;
        if (Folders().FirstOrDefault(f => File.Exists(Path.Combine(f, FileName))) is not { } folder) return 0;
        var bytes = File.ReadAllBytes(Path.Combine(folder, FileName));
        if (!ElfVersionNeed.MakeWeak(bytes, Version)) return 0;
        foreach (var companion in Companions)
            if (Folders().Select(f => Path.Combine(f, companion)).FirstOrDefault(File.Exists) is { } path) NativeLibrary.Load(path);
        return NativeLibrary.Load(Stored(bytes));
    }

    private static IEnumerable<string> Folders()
    {
        var searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        var own = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        return searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory).Append(own);
    }

    /// <summary>Path of a file with these bytes, in a folder named by their hash; several processes may arrive here at once.</summary>
    private static string Stored(byte[] bytes)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        foreach (var root in new[] { Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Path.GetTempPath() })
        {
            if (root.Length == 0) continue;
            var path = Path.Combine(root, "pare", "native", hash, FileName);
            if (File.Exists(path) && SHA256.HashData(File.ReadAllBytes(path)).SequenceEqual(SHA256.HashData(bytes))) return path;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var temporary = path + "." + Environment.ProcessId;
                File.WriteAllBytes(temporary, bytes);
                File.Move(temporary, path, overwrite: true);
                return path;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A read-only home: the temporary folder is next.
            }
        }
        throw new IOException($"neither the user's application data nor the temporary folder can hold a copy of {FileName}");
    }
}
