using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Pare.Tests.Report;

/// <summary>What every page of Pare must hold.</summary>
internal static class Pages
{
    /// <summary>Nothing is asked for, and the only script is the page's own, whose hash stands in the page's policy.</summary>
    public static void AssertSelfContained(string page)
    {
        Assert.DoesNotMatch("(?i)<(img|link|iframe|object|embed|base)\\b|@import|url\\s*\\(|https?:", page);
        Assert.All(Regex.Matches(page, "(?i)\\b(?:src|href|action)\\s*=\\s*[\"']?(?<to>[^\"'> ]*)"), a => Assert.StartsWith("#", a.Groups["to"].Value, StringComparison.Ordinal));
        var script = Assert.Single(Regex.Matches(page, "(?i)<script>(?<code>.*?)</script>", RegexOptions.Singleline)).Groups["code"].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:", page, StringComparison.Ordinal);
    }

    /// <summary>The table under a heading, as rows of cells' texts; null where there is no such part.</summary>
    public static IReadOnlyList<IReadOnlyList<string>>? Table(string page, string title)
    {
        var part = Regex.Match(page, $"<h2[^>]*>{Regex.Escape(title)}</h2>.*?</section>", RegexOptions.Singleline);
        return part.Success ? [.. Regex.Matches(part.Value, "<tr>.*?</tr>", RegexOptions.Singleline).Select(r => (IReadOnlyList<string>)[.. Regex.Matches(r.Value, "<t[hd][^>]*>(?<text>.*?)</t[hd]>", RegexOptions.Singleline).Select(c => WebUtility.HtmlDecode(c.Groups["text"].Value))])] : null;
    }
}
