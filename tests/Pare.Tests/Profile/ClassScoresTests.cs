using Pare.Profile;
using Xunit;

namespace Pare.Tests.Profile;

public class ClassScoresTests
{
    [Theory]
    [InlineData(true, null, 10L)]
    [InlineData(true, null, 10L, 1L, 1L)]
    [InlineData(true, null, 1L, 1L, 10L)]
    [InlineData(true, null, null, 1L)]
    [InlineData(false, null, 1L)]
    [InlineData(false, null, 10L, 4L)]
    [InlineData(false, null, null, 4L)]
    [InlineData(false, null, 21L, 64L, 64L)]
    public void One_vector_holds_scores(bool are, params long?[] shape) => Assert.Equal(are, ClassScores.Are(shape));
}
