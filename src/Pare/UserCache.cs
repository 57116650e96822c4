namespace Pare;

/// <summary>Where Pare keeps, for this user, what it can make or fetch anew.</summary>
public static class UserCache
{
    /// <summary>The folder for one kind of thing, made if missing; null where it cannot be, and everything is made anew each time.</summary>
    public static string? FolderIfAny(string kind)
    {
        try
        {
            return Directory.CreateDirectory(Folder(kind)).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The folder for one kind of thing, which need not exist.</summary>
    public static string Folder(string kind) => Path.Combine(Home(), "pare", kind);

    private static string Home()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache) return cache;
        return OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
